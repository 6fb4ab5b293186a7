"""The slugs of refusals, in the order in which the specification lists them."""

from collections.abc import Mapping

from .kind import Kind, kinds

KINDS: Mapping[str, Kind] = kinds(
    {
        # The form of a statement.
        "malformed-statement": (
            "The statement is not in SD-JWT compact form",
            "Send <header>.<payload>.<signature>~<disclosure>~…~ as RFC 9901 section 4 has it, and nothing else.",
        ),
        "statement-too-large": (
            "The statement is larger than allowed",
            "Split it: a statement may have 256 KiB and 1,024 inputs and outputs.",
        ),
        "header-not-allowed": (
            "The protected header is not exactly alg, kid and typ",
            "Sign with the header members alg, kid and typ only, typ being provenite+sd-jwt.",
        ),
        "algorithm-mismatch": (
            "The algorithm is not the registered key's own",
            "Use ES256 with a P-256 key and Ed25519 with an Ed25519 key.",
        ),
        "not-compact-json": (
            "A part is not compact JSON",
            "Write UTF-8 JSON without white space, duplicate members, null, and escapes beyond the necessary ones.",
        ),
        "malformed-record": (
            "The payload or a section does not have the form of its record",
            "Correct the member that the pointer names; the record kinds are described in the specification.",
        ),
        "section-not-sealed": (
            "A sealed section stands in the open part",
            "Put the section into a disclosure and its digest into record._sd.",
        ),
        "disclosure-malformed": (
            "A disclosure is not [salt, name, object]",
            "Make each disclosure as RFC 9901 section 4.2.1 has it, with a salt of at least 128 bits.",
        ),
        "disclosure-missing": (
            "A digest has no disclosure",
            "Send every section to the ledger; it withholds them from readers for you.",
        ),
        "disclosure-unexpected": (
            "A disclosure has no digest",
            "Send only the disclosures whose digests stand in record._sd.",
        ),
        "disclosure-repeated": (
            "A disclosure, a digest or a section occurs twice",
            "Send each disclosure once, and at most one section of each name.",
        ),
        "section-missing": (
            "A section that this record needs is absent",
            "Add the section; it stays sealed for other readers.",
        ),
        "signature-invalid": (
            "The signature does not verify",
            "Sign header.payload with the private key that belongs to kid.",
        ),
        # Who speaks, and when.
        "key-unknown": (
            "No such key is registered",
            "Enrol first, or have the key registered for your party.",
        ),
        "key-taken": ("This key is registered already", "Generate a new key: one key, one party."),
        "key-malformed": (
            "The key is not a P-256 or Ed25519 public key in canonical JWK form",
            "Give kty, crv, x (and y for P-256) and nothing else, each coordinate 32 bytes in base64url without padding.",
        ),
        "key-not-yet-valid": (
            "The key was not yet registered when the statement was issued",
            "Sign with a key that was registered before iat.",
        ),
        "possession-unproven": (
            "The new key did not sign its proof of possession",
            "Sign the proof with the new key, for this party; the specification has its bytes.",
        ),
        "key-revoked": (
            "The key has been revoked",
            "Sign with another key of yours; without one, ask the operator to register a new key.",
        ),
        "compromise-undated": (
            "A compromise has its date, and nothing else has",
            "Give compromisedAt with the reason key_compromise: what was recorded from then on is disowned.",
        ),
        "registrar-keyless": (
            "The registrar would be left without a key",
            "Register a new key of the registrar first, then revoke this one.",
        ),
        "audience-mismatch": (
            "The statement was signed for another ledger",
            "Sign it again with aud set to this ledger's origin.",
        ),
        "issued-ahead": (
            "The statement was issued in the future",
            "Set the clock: iat may be ahead of the ledger's by 300 seconds at the most.",
        ),
        "time-ahead": (
            "The event lies after the statement was issued",
            "Record an event once it has happened; the tolerance is 300 seconds.",
        ),
        "time-reversed": (
            "The event lies before the one that it follows from",
            "Correct the time: a batch cannot be used before it was made or received.",
        ),
        "role-not-allowed": (
            "The party's roles do not allow this record",
            "Ask the operator to enrol the party with the role that the record needs.",
        ),
        "statement-unknown": (
            "No such statement is recorded",
            "Name a statement by the digest that submitting it answered.",
        ),
        "statement-not-own": (
            "The statement is another party's",
            "Only the issuer of a statement withdraws it or opens its sections.",
        ),
        "already-retracted": (
            "The statement has been retracted",
            "Refer to the statement that replaces it.",
        ),
        "retraction-not-allowed": (
            "This statement cannot be retracted for this reason",
            "Revoke a key instead; parties, sites and retractions stand. `withdrawn` is for what holds for a time.",
        ),
        "retraction-too-late": (
            "Custody has moved on",
            "Ship the matter back with a transfer of its own.",
        ),
        "replacement-mismatch": (
            "The replacement is no replacement",
            "Name another statement of yours, of the same type, that is not retracted; or leave it out.",
        ),
        "batch-retracted": (
            "The statement that made the batch has been retracted",
            "Use the batch that its replacement has made.",
        ),
        "subject-unknown": (
            "There is no such subject",
            "Name a recorded statement, batch, site or party by its id, with the kind that it is of.",
        ),
        "attestation-of-own": (
            "A party attests itself",
            "An attestation is a third party's; have another one look at it.",
        ),
        "not-a-proxy": (
            "The subject was not recorded on a supplier's behalf",
            "Countersign statements that have proxy: true; use another scheme otherwise.",
        ),
        "not-the-supplier": (
            "The attester is not the supplier that the statement names",
            "The name or an identifier, and the country, must be those with which the supplier enrolled.",
        ),
        "proxy-not-marked": (
            "A record names a supplier and is not marked as a proxy",
            "Set proxy to true, or leave the section parties out.",
        ),
        "validity-reversed": (
            "The period ends before it begins",
            "Give a validUntil after validFrom, or leave it out.",
        ),
        "ownership-impossible": (
            "The holdings cannot be so",
            "Fractions of a measure sum to at most 1, holdings make no circle, and each leads to the issuer.",
        ),
        "grant-mismatch": (
            "The grant's audience and its grantee do not fit",
            "Name another party in the section parties with audience party, and none with audience holders.",
        ),
        "section-unknown": (
            "There is no such section",
            "Name sealed sections: quantities, identities, parties, costs, documents.",
        ),
        "refused-too-much": (
            "More is refused than was shipped",
            "Refuse at most the mass of the batch in transit.",
        ),
        "allocation-not-allowed": (
            "An allocation belongs to the model mass_balance_credit",
            "Set custodyModel to mass_balance_credit, or leave the allocation out.",
        ),
        "allocation-exceeded": (
            "More is allocated than there is",
            "Allocate of each input at most the element that was taken of it, to each output at most what it holds.",
        ),
        "site-missing": (
            "A rolling average is over a site",
            "Name the site in the section identities.",
        ),
        "party-unknown": (
            "No such party is enrolled",
            "Name the party by the id that it got when it enrolled.",
        ),
        "party-not-own": (
            "The record speaks for another party",
            "Only the registrar and the party itself register keys for it.",
        ),
        "site-unknown": (
            "No such site is registered",
            "Register the site with a site statement first.",
        ),
        "site-not-own": ("The site belongs to another party", "Name a site of your own."),
        "site-country-mismatch": (
            "The site lies in another country than the record says",
            "Correct the record's country or name the right site.",
        ),
        # Custody.
        "batch-unknown": (
            "No such batch is recorded",
            "Submit the statement that makes the batch first; a batch id is <statement digest>.<output index>.",
        ),
        "input-repeated": (
            "The same batch is named twice",
            "Name each input once, with its whole mass.",
        ),
        "not-holder": (
            "The issuer does not hold the batch",
            "Only the holder may use or ship a batch; have it transferred to you and confirm the receipt.",
        ),
        "insufficient-mass": (
            "More is taken from the batch than is left",
            "Take at most the mass that is left.",
        ),
        "transfer-not-received": (
            "The batch is still in transit",
            "Confirm the transfer with a receipt before using what it brings.",
        ),
        "transfer-unknown": (
            "No such transfer is recorded",
            "Name the transfer by its statement digest.",
        ),
        "transfer-closed": (
            "The transfer has been received or refused already",
            "One receipt closes a transfer.",
        ),
        "not-counterparty": (
            "The issuer is not the receiver of the transfer",
            "Only the party to which the transfer was addressed confirms or refuses it.",
        ),
        "transfer-to-self": ("A transfer goes to another party", "Name the receiving party."),
        # Matter.
        "material-unknown": (
            "The material is not in the table",
            "Use a material of the specification's table, the nearest one.",
        ),
        "element-unknown": (
            "There is no such element",
            "Use the symbols of the periodic table, such as Nd.",
        ),
        "country-unknown": (
            "There is no such country",
            "Use ISO 3166-1 alpha-2, or ISO 3166-2 where the region matters (CN-XJ).",
        ),
        "composition-mismatch": (
            "The sealed quantities do not match the open part",
            "Give one quantity for each input and output, in the same order, with exactly the elements listed there.",
        ),
        "impossible-assay": (
            "The composition is physically impossible",
            "Correct the assay: fractions are of dry mass, sum to at most 1, and are bounded by the material's formula.",
        ),
        "element-created": (
            "More of an element comes out than went in",
            "Correct the masses or the assays, or declare the inputs that are missing.",
        ),
        "uncertainty-too-large": (
            "The declared uncertainty is larger than allowed",
            "Declare a relative uncertainty of at most 0.05 (5 %).",
        ),
        # Certificates.
        "declaration-mismatch": (
            "The declaration is of another batch",
            "Declare for the batch that is to be certified, and name that declaration.",
        ),
        "size-impossible": (
            "The log is not of that size, or has not yet what is certified",
            "Give the size of the log with which the batch was assessed.",
        ),
        "status-taken": (
            "The entry of the status list is another certificate's",
            "Choose a free index of the list.",
        ),
        "certificate-taken": (
            "There is such a certificate already",
            "Give each certificate an id of its own, and record its credential once.",
        ),
        "certificate-unknown": (
            "No such certificate is recorded",
            "Name the certificate by the digest of its statement.",
        ),
        "already-revoked": (
            "The certificate has been revoked",
            "Revocation is final: have a new certificate issued.",
        ),
        "status-unchanged": (
            "The certificate has this status already",
            "Say how the certificate stands only when that changes.",
        ),
        # Submission and joining.
        "not-submitted": (
            "The statement was not submitted",
            "Correct the refused statement of the same submission and submit all of them again.",
        ),
        "invitation-invalid": (
            "The invitation cannot be used",
            "Check the code; if it has expired or been used by another key, ask the operator for a new one.",
        ),
        # Lenses of users.
        "lens-malformed": (
            "The lens cannot be read",
            "Correct the member that the pointer names; the form of a lens is described in the specification.",
        ),
        # Access.
        "token-invalid": (
            "The access token is not valid",
            "Sign a fresh token with an enrolled key: aud the ledger's origin, at most 300 seconds, a new jti.",
        ),
        "mass-missing": ("A mass is zero", "Give a mass of at least 0.000001 kg (1 mg)."),
    }
)
