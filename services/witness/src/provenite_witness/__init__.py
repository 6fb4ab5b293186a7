"""The Provenite witness service: cosigns the checkpoints of logs that it has seen grow (C2SP tlog-witness)."""

__version__ = "0.1.0"
"""The version of this distribution, as `pyproject.toml` has it."""
