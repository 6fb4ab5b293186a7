"""The templates of the page and of its metadata; whatever is put into them is escaped."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from provenite_proto.matter.quantity import FRACTION_ONE


def template(name: str) -> Template:
    """The template in that file of this folder."""
    return _ENVIRONMENT.from_string((files(__package__) / name).read_text("utf-8"))


def _percent(parts: int) -> str:
    """Parts per 10^9 in per cent as SVG takes them, to two decimals."""
    hundredths = parts * 10_000 // FRACTION_ONE
    return f"{hundredths // 100}.{hundredths % 100:02}%"


_ENVIRONMENT = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters["percent"] = _percent
