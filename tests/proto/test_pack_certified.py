"""Certificates in a pack: what is written is read again, and what is not exactly so is refused."""

import io
import zipfile
from collections.abc import Callable

import msgspec
import pytest

from provenite_proto import certificate as certificates
from provenite_proto.pack import NOTHING, BadPack, Issued, Pack
from provenite_proto.pack import limits as allowed
from provenite_proto.policy import definition, digest
from tests.proto.making.audit_certificates import CLEAR, RECYCLED, Certified
from tests.proto.making.certifying import certificate_id
from tests.proto.zipping import members_of, parts, zipped

Members = dict[str, bytes]


def certified() -> Certified:
    made = Certified()
    made.certify(RECYCLED)
    made.certify(CLEAR)
    return made


MADE = certified()
WHOLE = MADE.forged().packed()
FIRST, SECOND = sorted(MADE.texts)
POLICIES = sorted(f"policies/{digest(each)}.json" for each in (RECYCLED, CLEAR))
DID = "certificates/did.json"
LIST = "certificates/status-0.jwt"


def named(certificate: str) -> str:
    return f"certificates/{certificate}.jwt"


def refusal(members: Members) -> BadPack:
    with pytest.raises(BadPack) as caught:
        Pack(io.BytesIO(zipped(parts(members))))
    assert caught.value.detail.endswith(".")
    return caught.value


def test_what_is_written_is_read_again() -> None:
    found = Pack(io.BytesIO(WHOLE)).certified
    assert {each.id: each.text for each in found.certificates} == MADE.texts
    assert found.policies == {digest(each): each for each in (RECYCLED, CLEAR)}
    assert found.status_lists == MADE.issued().status_lists
    assert found.did is not None
    for each in found.certificates:
        each.verify(found.did)


def test_a_pack_without_certificates_has_none() -> None:
    made = MADE.forged()
    made.issued = NOTHING
    found = Pack(io.BytesIO(made.packed())).certified
    assert (found.certificates, found.policies, found.did, found.status_lists) == ((), {}, None, {})


def test_its_members_stand_behind_the_content() -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    behind = [*POLICIES, named(FIRST), named(SECOND), DID, LIST]
    assert names[names.index("content.json") + 1 :] == [*behind, "report.txt", "manifest.json"]


def test_the_report_tells_of_each_certificate() -> None:
    report = Pack(io.BytesIO(WHOLE)).report
    assert "CERTIFICATES, AS THEIR ISSUER SAYS" in report
    for each in MADE.texts:
        assert f"\n{each}\n" in report
    for said in (
        "claim.recycled 1, as of 2026-01-05, by the first 9 statements\n",
        "valid until 2027-01-05, unless it is suspended or revoked\n",
        "  40 %                    Cu: of the class post_consumer\n",
    ):
        assert said in report
    assert max(map(len, report.splitlines())) <= 80


@pytest.mark.parametrize("place", range(0, len(WHOLE), 37))
def test_a_changed_byte_is_refused(place: int) -> None:
    changed = bytearray(WHOLE)
    changed[place] ^= 1
    with pytest.raises(BadPack):
        list(Pack(io.BytesIO(bytes(changed))).lines())


def without(*names: str) -> Callable[[Members], Members]:
    return lambda members: {name: data for name, data in members.items() if name not in names}


def with_it(name: str, data: bytes) -> Callable[[Members], Members]:
    """Another member in place of one, or behind the status list."""

    def changed(members: Members) -> Members:
        if name in members:
            return {**members, name: data}
        found = list(members.items())
        at = next(at for at, (other, _) in enumerate(found) if other == LIST) + 1
        return dict([*found[:at], (name, data), *found[at:]])

    return changed


def swapped(first: str, second: str) -> Callable[[Members], Members]:
    """Two members each in the other's place."""
    other = {first: second, second: first}
    return lambda members: {
        other.get(name, name): members[other.get(name, name)] for name in members
    }


STRANGE = "policies/" + "A" * 43 + ".json"


@pytest.mark.parametrize(
    ("change", "slug", "member"),
    [
        (without(DID), "pack-member-misplaced", DID),
        (without(named(FIRST), named(SECOND)), "pack-member-misplaced", LIST),
        (swapped(named(FIRST), named(SECOND)), "pack-member-misplaced", named(FIRST)),
        (swapped(*POLICIES), "pack-member-misplaced", POLICIES[0]),
        (swapped(DID, LIST), "pack-member-misplaced", DID),
        (swapped("content.json", POLICIES[0]), "pack-member-misplaced", "content.json"),
        (with_it("certificates/x.jwt", b""), "pack-member-unknown", "certificates/x.jwt"),
        (with_it("certificates/../x.jwt", b""), "pack-member-unknown", "certificates/../x.jwt"),
        (with_it("certificates/status-01.jwt", b""), "pack-member-unknown", None),
        (with_it("policies/x.json", b""), "pack-member-unknown", "policies/x.json"),
        (with_it("certificates/status-1.jwt", b"."), "pack-malformed", "certificates/status-1.jwt"),
        (with_it(LIST, b"\xff"), "pack-malformed", LIST),
        (with_it(DID, b"{}"), "pack-malformed", DID),
        (with_it(POLICIES[0], b"{}"), "pack-malformed", POLICIES[0]),
        (with_it(POLICIES[0], definition(RECYCLED) + b" "), "pack-malformed", POLICIES[0]),
        (with_it(named(FIRST), b"a.b.c"), "pack-malformed", named(FIRST)),
        (with_it(named(FIRST), MADE.texts[SECOND].encode()), "pack-malformed", named(FIRST)),
        (with_it(named(FIRST), MADE.texts[FIRST].encode() + b"\n"), "pack-malformed", named(FIRST)),
    ],
)
def test_what_is_not_exactly_so_is_refused(
    change: Callable[[Members], Members], slug: str, member: str | None
) -> None:
    error = refusal(change(members_of(WHOLE)))
    assert (error.slug, error.member) == (slug, member or error.member)


def test_a_policy_that_no_certificate_names_is_refused() -> None:
    first = MADE.forged()
    by_first = certificates.read_certificate(MADE.texts[FIRST]).credential.provenance.policy_digest
    first.issued = msgspec.structs.replace(first.issued, certificates={FIRST: MADE.texts[FIRST]})
    with pytest.raises(BadPack) as caught:
        Pack(io.BytesIO(first.packed()))
    (unnamed,) = set(POLICIES) - {f"policies/{by_first}.json"}
    assert (caught.value.slug, caught.value.member) == ("pack-malformed", unnamed)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        (named(FIRST), 256 * 1024),
        (POLICIES[0], 256 * 1024),
        (DID, 64 * 1024),
        (LIST, 64 * 1024),
    ],
)
def test_a_member_just_beyond_its_size_is_refused(name: str, limit: int) -> None:
    filled = (b"%07d\n" * (limit // 8)) % tuple(range(limit // 8))
    error = refusal({**members_of(WHOLE), name: filled + b"."})
    assert (error.slug, error.member) == ("pack-too-large", name)
    assert error.figures == {"found": str(limit + 1), "limit": str(limit)}
    if name == LIST:
        # Its form is looked at when its issuer's signature is.
        assert Pack(io.BytesIO(zipped(parts({**members_of(WHOLE), name: filled}))))
    else:
        assert refusal({**members_of(WHOLE), name: filled}).slug == "pack-malformed"


def test_more_certificates_than_a_pack_may_have_are_refused() -> None:
    """By who reads it before any of them is read, and by who writes it."""
    names = sorted(certificate_id(f"{number}") for number in range(allowed.CERTIFICATES + 1))
    found = list(members_of(WHOLE).items())
    at = next(at for at, (name, _) in enumerate(found) if name == named(FIRST))
    others = [item for item in found if item[0] not in map(named, (FIRST, SECOND))]
    for count, slug in (
        (allowed.CERTIFICATES, "pack-malformed"),
        (allowed.CERTIFICATES + 1, "pack-too-large"),
    ):
        more = [(named(each), b"a.b.c") for each in names[:count]]
        assert refusal(dict([*others[:at], *more, *others[at:]])).slug == slug
    made = MADE.forged()
    made.issued = Issued(certificates=dict.fromkeys(names, ""))
    with pytest.raises(BadPack, match="pack-too-large"):
        made.packed()
