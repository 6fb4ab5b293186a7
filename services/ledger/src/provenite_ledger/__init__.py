"""The Provenite ledger service."""

__version__ = "0.1.0"
"""The version of this distribution, as `pyproject.toml` has it."""
