"""What a text has to look like, in words: a decoder only quotes the pattern that the text does not match."""

from collections.abc import Iterator
from typing import Any, get_args

from msgspec import Meta

from ..matter.quantity import Fraction, Mass
from ..record import BatchId, CertificateId, Country, Digest, Jwk, Subject, Transfer, Waste
from ..record.declaration import Amount, Code
from ..record.form import Slug, Symbol, Text
from ..record.registry import Latitude, Longitude, Signature


def patterns(kind: Any) -> Iterator[str]:
    """The patterns of an annotation, at whatever depth of it."""
    for part in (*getattr(kind, "__metadata__", ()), *get_args(kind)):
        if isinstance(part, Meta):
            if part.pattern is not None:
                yield part.pattern
        else:
            yield from patterns(part)


_WORDS: tuple[tuple[Any, str], ...] = (
    (Mass, 'A mass is kilograms as a text, such as "12.5", with at most six decimals'),
    (Fraction, 'A fraction is a text from 0 to 1, such as "0.059" for 5.9 %'),
    (Country, "A country is two capital letters (ISO 3166-1), or a region of it such as CN-XJ"),
    (
        Digest,
        "A digest is 43 letters, digits, hyphens and underscores: this one is mistyped or cut off",
    ),
    (
        BatchId,
        "A batch id is a statement's digest (43 characters), a full stop and the output's number: this one is "
        "mistyped or cut off",
    ),
    (
        CertificateId,
        "A certificate's id is 22 letters, digits, hyphens and underscores: this one is mistyped or cut off",
    ),
    (Amount, 'An amount is a text, such as "1250.5", with at most six decimals'),
    (Code, "A country is two capital letters (ISO 3166-1)"),
    (Subject.__annotations__["id"], "A subject is a digest or a batch id"),
    (Slug, "A name is lower-case letters and digits with single hyphens, such as nd-oxide"),
    (Symbol, "An element is a chemical symbol, such as Nd"),
    (Text, "A text holds no control characters"),
    (Latitude, 'A latitude is degrees from -90 to 90 as a text, such as "35.48"'),
    (Longitude, 'A longitude is degrees from -180 to 180 as a text, such as "-115.53"'),
    (Signature, "A signature is 64 bytes in base64url without padding: 86 characters"),
    (Waste.__annotations__["code"], "A waste code is such as Y49 or A1181"),
    (Waste.__annotations__["purpose"], "A waste's purpose is recovery or disposal"),
    (Transfer.__annotations__["hs_code"], "An HS code has six, eight or ten digits"),
    (Jwk.__annotations__["kty"], "kty is EC or OKP"),
    (Jwk.__annotations__["crv"], "crv is P-256 or Ed25519"),
)
_SENTENCES = {
    f"Expected `str` matching regex {pattern!r}": words
    for kind, words in _WORDS
    for pattern in patterns(kind)
}


_SHORT = "Expected `str` of length >= 1"


def in_words(sentence: str) -> str:
    """A decoder's sentence, without the pattern that it may quote."""
    return "A text is empty" if sentence == _SHORT else _SENTENCES.get(sentence, sentence)
