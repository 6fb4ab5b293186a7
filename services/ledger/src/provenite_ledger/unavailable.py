"""Why the ledger cannot do at present what it is asked for."""


class LedgerBusy(Exception):
    """Too many submissions are waiting: try again shortly."""


class LedgerUnavailable(Exception):
    """The database is away or nothing can be published: whether a statement was recorded is unknown.

    Submitting it again is safe.
    """
