"""What a pack holds of the certificates of its batch: themselves, their policies, and what their issuer says of them."""

from collections.abc import Iterator, Mapping

import msgspec

from ..certificate import BadCertificate, Certificate, DidDocument, read_certificate, read_did
from ..policy import Policy, digest, read_definition
from .errors import BadPack
from .members import (
    DID,
    certificate_name,
    certificate_of,
    policy_name,
    policy_of,
    status_list_name,
    status_list_of,
)


class Issued(msgspec.Struct, frozen=True):
    """The texts, as they come from the ledger: certificates by id, definitions of policies by digest, status lists by number.

    `did` is the issuer's DID document, which is there whenever there is a certificate.
    """

    certificates: Mapping[str, str] = {}
    policies: Mapping[str, bytes] = {}
    did: bytes = b""
    status_lists: Mapping[int, str] = {}

    def members(self) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of the members, in their order."""
        for name in sorted(self.policies):
            yield policy_name(name), self.policies[name]
        for name in sorted(self.certificates):
            yield certificate_name(name), self.certificates[name].encode()
        if self.certificates:
            yield DID, self.did
        for number in sorted(self.status_lists):
            yield status_list_name(number), self.status_lists[number].encode()


NOTHING = Issued()


class Certified(msgspec.Struct, frozen=True):
    """The same, read: the form of all is right, no signature is verified. Status lists are texts."""

    certificates: tuple[Certificate, ...] = ()
    policies: Mapping[str, Policy] = {}
    did: DidDocument | None = None
    status_lists: Mapping[int, str] = {}


def read_certified(members: Mapping[str, bytes]) -> Certified:
    """Read what is certified among a pack's members; `BadPack` `pack-malformed`.

    Each certificate has the id of its name, each policy the digest of its own; policies and status lists are those
    that a certificate names.
    """
    certificates = tuple(
        _certificate(name, certificate, data)
        for name, data in members.items()
        if (certificate := certificate_of(name)) is not None
    )
    policies = {
        named: _policy(name, named, data)
        for name, data in members.items()
        if (named := policy_of(name)) is not None
    }
    lists = {
        number: _text(name, data)
        for name, data in members.items()
        if (number := status_list_of(name)) is not None
    }
    _named(certificates, policies, lists)
    return Certified(certificates, policies, _did(members.get(DID)), lists)


def _named(
    certificates: tuple[Certificate, ...], policies: Mapping[str, Policy], lists: Mapping[int, str]
) -> None:
    for wanted in policies.keys() - {
        each.credential.provenance.policy_digest for each in certificates
    }:
        raise BadPack("pack-malformed", policy_name(wanted), "No certificate names it.")
    for number in lists.keys() - {
        each.credential.credential_status.list_number for each in certificates
    }:
        raise BadPack("pack-malformed", status_list_name(number), "No certificate names it.")


def _certificate(name: str, wanted: str, data: bytes) -> Certificate:
    try:
        found = read_certificate(_text(name, data))
    except BadCertificate as bad:
        raise BadPack("pack-malformed", name, f"{bad.slug}: {bad.detail}") from bad
    if found.id != wanted:
        raise BadPack("pack-malformed", name, f"It is the certificate {found.id}.")
    return found


def _policy(name: str, wanted: str, data: bytes) -> Policy:
    try:
        policy = read_definition(data)
    except ValueError as error:
        raise BadPack("pack-malformed", name, f"{error}") from error
    if (found := digest(policy)) != wanted:
        raise BadPack("pack-malformed", name, f"It is the policy of the digest {found}.")
    return policy


def _did(data: bytes | None) -> DidDocument | None:
    if data is None:
        return None
    try:
        return read_did(data)
    except BadCertificate as bad:
        raise BadPack("pack-malformed", DID, bad.detail) from bad


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadPack("pack-malformed", name, "It is not ASCII.") from error
