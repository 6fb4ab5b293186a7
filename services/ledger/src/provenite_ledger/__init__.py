"""The Provenite ledger service."""
