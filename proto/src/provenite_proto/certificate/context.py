"""The JSON-LD context that defines what a certificate says beyond UNTP: the ledger serves its text."""

from importlib.resources import files

MEDIA_TYPE = "application/ld+json"
CONTEXT: str = (files(__package__) / "provenite-v1.jsonld").read_text("utf-8")
"""The context's text. A term that has meant something means it for ever: another meaning gets another file."""
