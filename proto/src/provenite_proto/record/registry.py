"""The registry's records: who takes part, with which keys, and where."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ..matter.quantity import Mass
from .country import Country
from .form import Digest, Documents, Form, Record, Role, Stage, Text

Latitude = Annotated[str, Meta(pattern=r"^-?([1-8]?[0-9](\.[0-9]{1,6})?|90(\.0{1,6})?)$(?!\n)")]
Longitude = Annotated[
    str, Meta(pattern=r"^-?((1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]{1,6})?|180(\.0{1,6})?)$(?!\n)")
]
JwkCoordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$(?!\n)")]

Signature = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{85}[AQgw]$(?!\n)")]


class Jwk(Form, frozen=True, kw_only=True):
    """A public key (RFC 7517): P-256 (`EC`, RFC 7518 section 6.2) or Ed25519 (`OKP`, RFC 8037)."""

    kty: Annotated[str, Meta(pattern=r"^(EC|OKP)$(?!\n)")]
    crv: Annotated[str, Meta(pattern=r"^(P-256|Ed25519)$(?!\n)")]
    x: JwkCoordinate
    y: JwkCoordinate | None = None


class PartyIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a party: its name and public identifiers (LEI, DUNS, CID …)."""

    name: Text
    identifiers: Annotated[tuple[Text, ...], Meta(max_length=16)] = ()


class Party(Record, frozen=True, kw_only=True, tag="party"):
    """A firm takes part: its roles, its country of registration and its first key.

    Signed by the registrar. The party's id is this statement's digest. The first statement of a ledger is
    the registrar's own, signed with the key that it names.
    """

    sections: ClassVar = ("identities", "documents")

    country: Country
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=8)]
    key: Jwk
    identities: PartyIdentities | None = None
    documents: Documents | None = None


class Key(Record, frozen=True, kw_only=True, tag="key"):
    """A further key of a party, signed by the registrar or by the party itself.

    `proof` is the new key's own signature (64 bytes) over
    `provenite-key-possession`, the party id and the key id, each followed by a line feed.
    """

    sections: ClassVar = ("documents",)

    party: Digest
    key: Jwk
    proof: Signature
    documents: Documents | None = None


class SiteDetails(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a site: its name and place (WGS 84 degrees, as decimal strings)."""

    name: Text
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class SiteQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a site: `capacity` in kilograms of dry output a calendar year (UTC)."""

    capacity: Mass


class Site(Record, frozen=True, kw_only=True, tag="site"):
    """A place where the issuer works: its country and the stages done there. Its id is the digest."""

    sections: ClassVar = ("quantities", "identities", "documents")

    country: Country
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=16)]
    quantities: SiteQuantities | None = None
    identities: SiteDetails | None = None
    documents: Documents | None = None
