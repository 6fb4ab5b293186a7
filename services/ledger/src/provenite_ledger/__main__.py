"""`python -m provenite_ledger`: the command `provenite-ledger`."""

from .cli import main

main()
