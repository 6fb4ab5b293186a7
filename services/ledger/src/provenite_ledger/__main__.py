"""`python -m provenite_ledger`: the command `provenite-ledger`."""

# The ledger's own processes import this module too, and are not to start another ledger.
if __name__ == "__main__":
    from .cli import main

    main()
