"""What an audit finds false beside what the rules refuse and the proofs do not prove."""

from collections.abc import Mapping

from ..kind import Kind, kinds

KINDS: Mapping[str, Kind] = kinds(
    {
        "order-false": (
            "A statement stands before one that it refers to",
            "The log's order was changed, or a statement was put in later: ask the operator which.",
        ),
        "statement-repeated": (
            "A statement is in the log twice",
            "A ledger records a statement once: what follows from the second is void.",
        ),
        "recorded-backwards": (
            "A statement is said to be recorded before the one that it follows",
            "Its time, or the other's, was changed: what was admitted by that time may not have been.",
        ),
        "recorded-ahead": (
            "A statement is said to be recorded after a quorum of witnesses saw it in the log",
            "Its time, or the witnesses' clocks, are wrong.",
        ),
        "created-early": (
            "The pack is said to be made before what is in it",
            "Its date was changed, or the ledger's clock is wrong: fetch the pack again from the ledger.",
        ),
        "tree-false": (
            "The statements do not make the tree that the checkpoint signs",
            "The operator shows you other statements than he has signed for: keep the checkpoint.",
        ),
        "index-missing": (
            "A place in the log has no statement",
            "The operator leaves out a statement that he has signed for: keep the checkpoint.",
        ),
        "log-key-differs": (
            "The log's key is another than the one that you trust",
            "It is another log, or somebody else signs for it: ask the operator in another way.",
        ),
        "size-mismatch": (
            "The checkpoint is of another size than is said",
            "Fetch the pack again from the ledger.",
        ),
        "remaining-false": (
            "More is said to have been left of a batch than the statements leave",
            "Matter was used twice, or the ledger's figures are wrong.",
        ),
        "average-false": (
            "A rolling average leaves out a transformation that it has to look back on, or there is none",
            "What it claims may have been claimed before.",
        ),
        "content-false": (
            "What the batch is said to consist of does not follow from the statements",
            "Rely on what follows, once all statements are there.",
        ),
        "figures-false": (
            "What a certificate says does not follow from the statements",
            "Do not rely on it: its issuer has certified something else than what was recorded.",
        ),
        "size-false": (
            "A certificate is about a log in which its batch was not yet there",
            "Do not rely on it: ask its issuer for one that is about the batch.",
        ),
        "policy-differs": (
            "A certificate names another policy than the one with its digest",
            "Do not rely on it: read the policy by which it was issued.",
        ),
        "status-false": (
            "A status list has a certificate valid that the log has suspended or revoked",
            "Do not rely on the certificate: the issuer tells others something else than it has recorded.",
        ),
        "suspension-missing": (
            "A certificate that no longer follows from the statements was not suspended",
            "Do not rely on it: the issuer had an hour to suspend it.",
        ),
    }
)
