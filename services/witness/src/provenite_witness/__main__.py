"""`python -m provenite_witness`: the command `provenite-witness`."""

from .cli import main

main()
