"""The ledger's store: tables, named queries, and thin modules that read and write them."""
