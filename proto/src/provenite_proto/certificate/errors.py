"""What a certificate, its issuer's document or its status list is refused for."""

from collections.abc import Mapping

from ..kind import Kind, kinds

KINDS: Mapping[str, Kind] = kinds(
    {
        "certificate-malformed": (
            "The text is not a certificate's, or not a status list's",
            "Fetch it again from the ledger that issued it: it was cut off or changed on its way.",
        ),
        "certificate-header": (
            "The signature's header is another than a certificate has",
            "Do not rely on it: it is no certificate, or its header was changed.",
        ),
        "certificate-inconsistent": (
            "It says the same thing twice, and not alike",
            "Do not rely on it: readers of one part learn something else than readers of the other.",
        ),
        "issuer-mismatch": (
            "It names another issuer than the one at its address",
            "Do not rely on it: whoever signed it does not speak for that ledger.",
        ),
        "issuer-document": (
            "The issuer's DID document cannot be used",
            "Fetch it again from the issuer: /.well-known/did.json.",
        ),
        "issuer-key-unknown": (
            "The issuer's DID document has no such key",
            "Fetch the document again; if the key is still not in it, do not rely on the certificate.",
        ),
        "issuer-key-retired": (
            "The issuer has retired the key that signed it",
            "Do not rely on it: somebody else may have that key. Ask the holder for a certificate of now.",
        ),
        "certificate-false": (
            "The signature does not fit the text",
            "Do not rely on it: the text was changed after it was signed.",
        ),
        "certificate-differs": (
            "It is not the certificate that the printed code names",
            "Rely on neither: ask the holder which of the two the issuer gave him.",
        ),
        "certificate-early": (
            "It is not valid yet",
            "Set the clock, or wait for the day on which it begins.",
        ),
        "certificate-expired": (
            "It is no longer valid",
            "Ask the holder for a newer one.",
        ),
        "certificate-suspended": (
            "The issuer has suspended it",
            "Do not rely on it while it is: what it rests on has changed. Ask the holder.",
        ),
        "certificate-revoked": (
            "The issuer has revoked it",
            "Do not rely on it: a revocation is for ever. Ask the holder for another certificate.",
        ),
        "certificate-suspended-or-revoked": (
            "The issuer has suspended or revoked it",
            "Do not rely on it. Which of the two it is, and why, its ledger and its page say.",
        ),
        "status-list-mismatch": (
            "The status list is another than the one that the certificate names",
            "Fetch the list at the address in the certificate.",
        ),
        "status-list-expired": (
            "The status list is too old to tell the status",
            "Fetch it again: a list holds for one day.",
        ),
        "status-list-malformed": (
            "The bits of the status list cannot be read",
            "Fetch it again; if it stays, show the operator of the ledger the list.",
        ),
        "log-commits-otherwise": (
            "The log has a statement of another certificate",
            "Do not rely on it: the ledger has not recorded this text.",
        ),
        "batch-differs": (
            "The certificate is of another batch",
            "Ask who delivered the batch for the certificate that is of it.",
        ),
    }
)


class BadCertificate(Exception):
    """A certificate that is none, or not to be relied on. `slug` is a key of `KINDS`, `detail` one sentence."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail

    @property
    def kind(self) -> Kind:
        """Title and remedy of the slug."""
        return KINDS[self.slug]
