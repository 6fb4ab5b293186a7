"""The ledger's routes, shared by service and SDK."""

LEDGER = "/v1/ledger"
STATEMENTS = "/v1/statements"
STATEMENTS_BATCH = "/v1/statements/batch"
BATCHES = "/v1/batches"
LENSES = "/v1/lenses"
SHIPMENTS = "/v1/shipments"
PORTFOLIO = "/v1/portfolio"
POLICIES = "/v1/policies"
IMPACT = "/v1/policies/impact"
SUPPOSED = "/v1/consequences/certificates"
CERTIFICATES = "/v1/certificates"
NOTICES = "/v1/notices"
PARTIES = "/v1/parties"
SITES = "/v1/sites"
KEYS = "/v1/keys"
INVITATIONS = "/v1/invitations"
ENROLMENTS = "/v1/enrolments"
PUBLIC_CERTIFICATES = "/certificates"
"""Below it lie certificates for everyone, and their status lists (`certificate.addresses`)."""
DID = "/.well-known/did.json"
CONTEXT = "/contexts/provenite-v1.jsonld"
LOG = "/log"
"""Below it lie the log's files: `checkpoint`, and tiles and entry bundles by their C2SP paths."""
LOG_CHECKPOINT = "/log/checkpoint"
LOG_STATE = "/v1/log"
LOG_CONSISTENCY = "/v1/log/consistency"
LOG_STATEMENTS = "/v1/log/statements"
HEALTH = "/health"
READY = "/ready"


def statement(digest: str) -> str:
    """One statement."""
    return f"{STATEMENTS}/{digest}"


def batch(batch_id: str) -> str:
    """One batch."""
    return f"{BATCHES}/{batch_id}"


def trace(batch_id: str) -> str:
    """Where a batch came from or went to."""
    return f"{BATCHES}/{batch_id}/trace"


def content(batch_id: str) -> str:
    """A batch's content through lenses."""
    return f"{BATCHES}/{batch_id}/content"


def contributions(batch_id: str) -> str:
    """What brings a label to a batch."""
    return f"{BATCHES}/{batch_id}/contributions"


def assessment(batch_id: str) -> str:
    """What a policy says of a batch."""
    return f"{BATCHES}/{batch_id}/assessment"


def pack(batch_id: str) -> str:
    """A batch's pack."""
    return f"{BATCHES}/{batch_id}/pack"


def consequences(digest: str) -> str:
    """What a statement has changed of earlier content."""
    return f"{STATEMENTS}/{digest}/consequences"


def certificate_consequences(digest: str) -> str:
    """Which certificates a statement has changed, or would if it were retracted."""
    return f"{STATEMENTS}/{digest}/consequences/certificates"


def statement_receipt(digest: str) -> str:
    """The proof that a statement is in the log."""
    return f"{STATEMENTS}/{digest}/receipt"


def shipment(transfer: str) -> str:
    """One shipment, by its transfer."""
    return f"{SHIPMENTS}/{transfer}"


def policy(digest: str) -> str:
    """One policy, by its digest."""
    return f"{POLICIES}/{digest}"


def certificate(certificate_id: str) -> str:
    """One certificate and how it stands."""
    return f"{CERTIFICATES}/{certificate_id}"


def certificate_page(certificate_id: str) -> str:
    """A certificate for people; with `.pdf` behind it as PDF."""
    return f"{PUBLIC_CERTIFICATES}/{certificate_id}"


def party(party_id: str) -> str:
    """One party."""
    return f"{PARTIES}/{party_id}"


def site(site_id: str) -> str:
    """One site."""
    return f"{SITES}/{site_id}"


def key(key_id: str) -> str:
    """One key."""
    return f"{KEYS}/{key_id}"
