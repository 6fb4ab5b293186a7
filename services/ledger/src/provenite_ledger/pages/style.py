"""How the HTML page looks, and what its browser may do: nothing but take that style."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

CSS = (files(__package__) / "certificate.css").read_text("utf-8")
"""The page's own style."""
IN_PAGE = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
"""For the page itself, which may be kept as a file."""
CONTENT_SECURITY_POLICY = f"{IN_PAGE}; frame-ancestors 'none'"
"""For the response's header of that name: the page's own style, no script, nothing from elsewhere, no frame."""
