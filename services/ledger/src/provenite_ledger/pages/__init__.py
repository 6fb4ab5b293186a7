"""The pages of a certificate for people: one HTML file and one PDF, both pure and determined to the byte.

    shown = Shown(credential=…, jwt=…, policy=…, status="valid", index=…, statement=…, at=now)
    html(shown)  # str: no script, nothing loaded; serve it with CONTENT_SECURITY_POLICY
    pdf(shown)   # bytes: PDF/A-3u of one page, with the credential in it

Both show how the certificate stands at `shown.at`: whoever keeps them longer shows what was, and says so by that
moment. Each takes about a tenth of a second at the most (the first some more, for its fonts), so that a server
makes the PDF in a thread. Text that others wrote may be anything that a `Text` or `Prose` may be.
"""

from .composing import Shown
from .html import CONTENT_SECURITY_POLICY, html
from .pdf import pdf

__all__ = ["CONTENT_SECURITY_POLICY", "Shown", "html", "pdf"]
