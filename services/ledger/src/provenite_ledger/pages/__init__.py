"""The pages of a certificate for people: one HTML file and one PDF, both pure and determined to the byte.

    from provenite_ledger.pages import Shown
    from provenite_ledger.pages.making import made

    shown = Shown(credential=…, jwt=…, policy=…, status="valid", index=…, statement=…, at=now)
    made("html", shown)  # no script, nothing loaded; serve it with CONTENT_SECURITY_POLICY
    made("pdf", shown)   # PDF/A-3u of one page, with the credential in it

Both show how the certificate stands at `shown.at`: whoever keeps them longer shows what was, and says so by that
moment. Each takes about a tenth of a second, half a second at the most (the first some more, for its fonts), so that a
server makes them in a thread. What lays them out is imported with `making`, and not before. Text that others wrote may be
anything that a `Text` or `Prose` may be.
"""

from .shown import Form, Shown
from .style import CONTENT_SECURITY_POLICY

__all__ = ["CONTENT_SECURITY_POLICY", "Form", "Shown"]
