"""The page as HTML: one file without script, which asks for nothing else."""

from markupsafe import Markup

from .fitting import fitted
from .shown import Shown
from .style import CSS, IN_PAGE
from .templates import template


def html(shown: Shown) -> str:
    """The page of a certificate: the same text for the same argument."""
    said, laid = fitted(shown)
    return _TEMPLATE.render(
        sheet=said,
        laid=laid,
        css=Markup(CSS),  # noqa: S704 # our own file, with which no other text is mixed
        policy=IN_PAGE,
    )


_TEMPLATE = template("certificate.html.jinja")
