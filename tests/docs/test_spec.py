"""SPEC.md says what the code does: every slug, member, role and limit stands in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from provenite_ledger.http.connection import Limits
from provenite_ledger.http.portfolio import MAX_BATCHES
from provenite_ledger.http.problems import EDGE
from provenite_ledger.http.submitting import MAX_BATCH_BYTES, MAX_BATCHES_BYTES, MAX_LINES
from provenite_ledger.serving import KEEP_ALIVE_SECONDS, OWN_FILES
from provenite_proto import token
from provenite_proto.answers import MAX_LOGGED
from provenite_proto.audit import KINDS as AUDIT_KINDS
from provenite_proto.audit import MAX_LISTED
from provenite_proto.audit import Outcome as AuditOutcome
from provenite_proto.certificate import BITS, PER_LIST, Check, Provenance, opening, suspension
from provenite_proto.certificate import KINDS as CERTIFICATE_KINDS
from provenite_proto.certificate import Result as CertificateResult
from provenite_proto.certificate import did as issuer
from provenite_proto.certificate.building import LONGEST
from provenite_proto.certificate.model import CertifiedFigure
from provenite_proto.certificate.suspension import Listed
from provenite_proto.content import Rule
from provenite_proto.ledger import (
    CLOCK_TOLERANCE,
    MAY_SIGN,
    BatchStatus,
    Effect,
    TransferStatus,
    control,
    place,
    plausible,
    transit,
)
from provenite_proto.log import cose, fork, note, policy, submission, tree
from provenite_proto.pack import KINDS as PACK_KINDS
from provenite_proto.pack import Content, ElementClaim, Entry, Head, Line, Manifest, limits
from provenite_proto.policy import Facts
from provenite_proto.policy import Outcome as PolicyOutcome
from provenite_proto.policy.model import Policy
from provenite_proto.portfolio.answers import PortfolioFlow
from provenite_proto.portfolio.computing import Verdict
from provenite_proto.problem import CONFIDENTIAL, FINDINGS, KINDS, UNSHARED
from provenite_proto.record import (
    MAX_MEMBERS,
    AnyRecord,
    Audience,
    CustodyModel,
    Mode,
    Outcome,
    RetractionReason,
    RevocationReason,
    Role,
    Source,
    Stage,
    SubjectKind,
)
from provenite_proto.statement import MAX_BYTES

SPEC = (Path(__file__).parents[2] / "proto/SPEC.md").read_text("utf-8")
OPERATING = (Path(__file__).parents[2] / "deploy/README.md").read_text("utf-8")
KIND_TYPES = AnyRecord.__args__


def paragraph(kind: type) -> str:
    """What section 4 says of a record."""
    found = re.search(rf"\*\*{kind.__struct_config__.tag}\*\*: (.+)", SPEC)  # type: ignore[attr-defined] # a Struct's
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("slug", [*KINDS, *FINDINGS])
def test_every_slug_stands_in_a_rule_or_in_the_table(slug: str) -> None:
    kind = KINDS.get(slug) or FINDINGS[slug]
    assert f"| `{slug}` | {kind.title} | {kind.remedy} |" in SPEC


@pytest.mark.parametrize("kind", KIND_TYPES)
def test_every_member_of_a_record_is_described(kind: type) -> None:
    text = paragraph(kind)
    if "As extraction" in text:
        text += paragraph(KIND_TYPES[0])
    for field in msgspec.structs.fields(kind):
        if field.name != "sd":
            assert f"`{field.encode_name}`" in text, field.encode_name


def forms(of: Any) -> Iterator[Any]:
    """The structs that a type is made of, at any depth."""
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        yield of
        for field in msgspec.structs.fields(of):
            yield from forms(field.type)
    for part in get_args(of):
        yield from forms(part)


@pytest.mark.parametrize("form", sorted(set(forms(AnyRecord)), key=str))
def test_every_member_at_any_depth_is_named(form: type) -> None:
    for field in msgspec.structs.fields(form):
        assert f"`{field.encode_name}`" in SPEC, field.encode_name


def test_a_section_is_marked_as_required_where_admission_requires_it() -> None:
    required = {
        "extraction": {"quantities"},
        "transformation": {"quantities"},
        "transfer": {"quantities", "parties"},
        "ownership": {"parties"},
        "declaration": {"costs"},
        "certificate": {"identities"},
    }
    for kind in KIND_TYPES:
        marked = set(re.findall(r"`(\w+)`!", paragraph(kind)))
        assert marked == required.get(kind.__struct_config__.tag, set())


def test_no_slug_is_invented() -> None:
    rules = SPEC[SPEC.index("## 1.") : SPEC.index("## 12.")]
    refused = set(re.findall(r"\(`([a-z]+(?:-[a-z]+)+)`\)|: `([a-z]+(?:-[a-z]+)+)`\.", rules))
    assert {one or other for one, other in refused} <= KINDS.keys() | FINDINGS.keys()


NAMES = (
    *Audience,
    *BatchStatus,
    *CustodyModel,
    *Mode,
    *Outcome,
    *RetractionReason,
    *RevocationReason,
    *Role,
    *Source,
    *Stage,
    *SubjectKind,
    *TransferStatus,
)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_list_stands_in_it(name: str) -> None:
    assert re.search(rf"\b{name}\b", SPEC)


def test_limits() -> None:
    for number in (MAX_BYTES, MAX_MEMBERS, token.MAX_BYTES):
        assert f"{number:,}" in SPEC
    assert f"{CLOCK_TOLERANCE} s (statements), {token.CLOCK_TOLERANCE} s (tokens)" in SPEC
    assert f"{token.MAX_LIFETIME} s" in SPEC


def test_limits_of_requests() -> None:
    limits = Limits()
    head = f"| {limits.head_bytes:,} bytes, {limits.head_seconds:g} s "
    body = f"| {limits.body_seconds:g} s, pauses of {limits.pause_seconds:g} s "
    bulk = f"| {MAX_LINES:,} statements, {MAX_BATCH_BYTES:,} bytes |"
    for said in (head, body, bulk, f"| {limits.pipelined} on a connection |"):
        assert said in SPEC
    for said in (
        f"| {limits.connections:,}, and {OWN_FILES} fewer",
        f"| {limits.head_bytes // 1024} KiB, {limits.head_seconds:g} seconds |",
        f"| {limits.body_seconds:g} seconds, pauses of {limits.pause_seconds:g} seconds |",
        f"| {MAX_BATCHES_BYTES // 2**20} MiB; ",
        f"| {KEEP_ALIVE_SECONDS} seconds |",
        f"{limits.connections + OWN_FILES:,} open files",
    ):
        assert said in OPERATING
    remedy = EDGE["request-too-slow"][1].remedy
    figures = (limits.head_seconds, limits.body_seconds, limits.pause_seconds)
    assert [f"{figure:g}" for figure in figures] == re.findall(r"\d+", remedy)


def test_the_table_of_roles() -> None:
    for kind, roles in MAY_SIGN.items():
        row = next(
            line
            for line in SPEC.splitlines()
            if line.strip().startswith("| ")
            and kind.__struct_config__.tag in line.split("|")[1].replace(",", " ").split()
        )
        said = row.split("|")[2].strip()
        assert (set(re.findall(r"[a-z]+", said)) - {"all"}) == set(roles)


@pytest.mark.parametrize("kind", get_args(Effect))
def test_every_member_of_the_state_is_named(kind: type) -> None:
    state = SPEC[SPEC.index("### 5.1") : SPEC.index("### 5.2")]
    for field in msgspec.structs.fields(kind):
        name = re.sub("_([a-z])", lambda at: at[1].upper(), field.name)
        assert name == "id" or f"`{name}`" in state, name


def test_the_figures_of_the_findings() -> None:
    findings = SPEC[SPEC.index("### 5.8") : SPEC.index("## 6.")]
    for mode, speed in transit.FASTEST.items():
        assert re.search(rf"{speed:,}( km in an hour)? by {mode.replace('_', ' ')}", findings), mode
    assert f"{place.EARTH_RADIUS_KM:,} km" in findings
    assert f"{plausible.PERFECT_PART:,} · |out − in| ≤ in" in findings
    assert f"At {plausible.PERFECT_COUNT} perfect ones" in findings
    assert f"at least {plausible.PERFECT_SPAN.days} days" in findings
    assert all(f"`{stage}`" in findings for stage in plausible.UNCHANGING)
    assert all(slug in findings for slug in FINDINGS)
    last = findings.strip().splitlines()[-1]
    assert all(f"`{slug}`" in last for slug in CONFIDENTIAL)
    assert f"through at most {control.MAX_DEPTH} firms" in SPEC


def test_who_sees_what_names_what_the_code_decides() -> None:
    table = SPEC[SPEC.index("## 10.") : SPEC.index("## 11.")]
    rows = [row.split("|")[1:-1] for row in table.splitlines() if row.startswith("| ")]
    assert {len(cells) for cells in rows} == {7}

    def row(name: str) -> list[str]:
        (found,) = (cells for cells in rows if f"`{name}`" in cells[0])
        return [cell.strip() for cell in found[1:]]

    for slug in UNSHARED:
        assert row(slug) == ["yes", "yes", "no", "no", "no", "no"]
    for slug in CONFIDENTIAL:
        assert row(slug) == ["no", "no", "no", "yes", "no", "no"]
    assert row("controllers") == ["as `parties`", "–", "of `parties`", "no", "no", "no"]


def test_the_order_of_checks_has_every_record() -> None:
    order = SPEC[SPEC.index("### 5.7") : SPEC.index("### 5.8")]
    for kind in KIND_TYPES:
        tag = kind.__struct_config__.tag
        assert re.search(rf"^\|[a-z_, ]*\b{tag}\b[a-z_, ]*\|", order, re.MULTILINE), tag


def test_the_log_is_described() -> None:
    section = SPEC[SPEC.index("## 13.") : SPEC.index("## 14.")]
    slugs = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    sources = Path(tree.__file__).parent.glob("*.py")
    raised = {
        slug
        for source in sources
        for slug in re.findall(r'Unproven\(\s*"([a-z-]+)"', source.read_text("utf-8"))
    }
    assert slugs == raised
    assert (
        f"| hashes of a proof | {tree.MAX_HASHES}; in a COSE receipt {cose.MAX_HASHES}, to a witness {submission.MAX_PROOF} |"
        in section
    )
    assert note.MAX_BYTES == policy.MAX_BYTES
    assert f"| note, proof, policy | {note.MAX_BYTES:,} bytes each |" in section
    assert f"| signatures of a note | {note.MAX_SIGNATURES} |" in section
    assert note.MAX_NAME == policy.MAX_NAME
    assert f"| name of a key, of a witness, of a group | {note.MAX_NAME} characters |" in section
    assert f"| logs, witnesses, groups of a policy | {policy.MAX_DEFINED} each |" in section
    assert f"| URL of a policy | {policy.MAX_URL:,} characters |" in section
    assert f"| evidence of a fork | {fork.MAX_BYTES:,} bytes |" in section
    assert f"| COSE receipt | {cose.MAX_BYTES:,} bytes, nested {cose.MAX_DEPTH} deep |" in section


def test_the_pack_is_described() -> None:
    section = SPEC[SPEC.index("## 14.") : SPEC.index("## 15.")]
    for form in (Content, ElementClaim, Entry, Head, Line, Manifest):
        for field in msgspec.structs.fields(form):
            assert f"`{field.encode_name}`" in section, field.encode_name
    for slug, kind in PACK_KINDS.items():
        assert f"| `{slug}` | {kind.title} |" in section
    for said in (
        f"| `pack.json` | {limits.HEAD_BYTES:,} bytes |",
        f"| `checkpoint` | {limits.CHECKPOINT_BYTES:,} bytes |",
        f"| `log.txt` | {limits.KEY_BYTES:,} bytes |",
        f"| `witnesses.txt` | {limits.POLICY_BYTES:,} bytes |",
        f"| {limits.LINES:,} lines and {limits.STATEMENT_MEMBER_BYTES:,} bytes each |",
        f"one a line of at most {limits.LINE_BYTES:,} bytes,",
        f"| `content.json` | {limits.CONTENT_BYTES:,} bytes |",
        f"| `policies/<digest>.json` … | {limits.DEFINITION_BYTES:,} bytes each |",
        f"| {limits.CERTIFICATE_BYTES:,} bytes each, {limits.CERTIFICATES} of them |",
        f"| `certificates/did.json` | {limits.DID_BYTES:,} bytes |",
        f"| `certificates/status-<number>.jwt` … | {limits.STATUS_LIST_BYTES:,} bytes each |",
        f"| `report.txt` | {limits.REPORT_BYTES:,} bytes |",
        f"| `manifest.json` | {limits.MANIFEST_BYTES:,} bytes |",
        f"At most {limits.MEMBERS:,} members, {limits.STATEMENTS:,} statements, "
        f"{limits.FILE_BYTES:,} bytes of the file, {limits.INFLATED_BYTES:,} bytes inflated, "
        f"and {limits.RATIO} bytes of a member for each deflated one.",
    ):
        assert said in section
    assert {name for name in vars(limits) if name.isupper()} == {
        *("HEAD_BYTES", "CHECKPOINT_BYTES", "KEY_BYTES", "POLICY_BYTES", "LINES"),
        *("STATEMENT_MEMBER_BYTES", "LINE_BYTES", "CONTENT_BYTES", "REPORT_BYTES"),
        *(
            "DEFINITION_BYTES",
            "CERTIFICATE_BYTES",
            "CERTIFICATES",
            "DID_BYTES",
            "STATUS_LIST_BYTES",
        ),
        *("MANIFEST_BYTES", "MEMBERS", "STATEMENTS", "FILE_BYTES", "INFLATED_BYTES", "RATIO"),
    }


def test_the_audit_is_described() -> None:
    section = SPEC[SPEC.index("## 15.") :]
    for slug, kind in AUDIT_KINDS.items():
        assert f"| `{slug}` | {kind.title} | {kind.remedy} |" in section
        assert section.count(f"`{slug}`") > 1, f"{slug} stands in no rule"
    for outcome in AuditOutcome:
        assert f"`{outcome}`" in section
    assert f"at most {MAX_LOGGED} in an answer" in section
    assert f"A verdict lists at most {MAX_LISTED:,} entries of each kind" in section


@pytest.mark.parametrize("form", sorted(set(forms(Policy)) - {Rule}, key=str))
def test_every_member_of_a_policy_is_described(form: Any) -> None:
    section = SPEC[SPEC.index("## 16.") : SPEC.index("### 16.2")]
    for field in msgspec.structs.fields(form):
        assert f"`{field.encode_name}`" in section, field.encode_name
        for name in literals(field.type):
            assert f"`{name}`" in section, name


def test_assessments_are_described() -> None:
    section = SPEC[SPEC.index("### 16.2") :]
    for form in sorted(set(forms(Facts)), key=str):
        for field in msgspec.structs.fields(form):
            assert f"`{field.encode_name}`" in section, field.encode_name
    for outcome in PolicyOutcome:
        assert f"`{outcome}`" in section, outcome


def test_certificates_are_described() -> None:
    section = SPEC[SPEC.index("## 18.") :]
    for form in (Provenance, CertifiedFigure, Listed, issuer.DidDocument, issuer.Method):
        for field in msgspec.structs.fields(form):
            assert f"`{field.encode_name}`" in section, field.encode_name
    for slug, kind in CERTIFICATE_KINDS.items():
        assert f"| `{slug}` | {kind.title} | {kind.remedy} |" in section
    for result in CertificateResult:
        assert f"`{result}`" in section, result
    subject = next(each for each in msgspec.structs.fields(Check) if each.name == "subject")
    for name in literals(subject.type):
        assert f"| `{name}` |" in section, name
    for said in (
        f"`<header>.<payload>.<signature>`, at most {opening.MAX_CHARACTERS:,} characters",
        f"at most {issuer.MAX_BYTES:,} bytes and {issuer.MAX_KEYS} keys",
        f"secured likewise, at most {suspension.MAX_CHARACTERS:,} characters",
        f"exactly {BITS:,} bits",
        f"at most {PER_LIST:,} certificates",
        f"for {LONGEST.days} days at the most",
    ):
        assert said in section, said


def test_the_portfolio_is_described() -> None:
    section = SPEC[SPEC.index("## 19.") :]
    for flow in get_args(PortfolioFlow):
        assert f"| `{flow}` |" in section
    for verdict in get_args(Verdict):
        assert f"`{verdict}`" in section
    assert f"at most {MAX_BATCHES:,} batches" in section
    assert f"| batches of a portfolio | {MAX_BATCHES:,} |" in SPEC


def literals(of: Any) -> Iterator[str]:
    """The values of the literal types that a type is made of."""
    for part in get_args(of):
        if isinstance(part, str):
            yield part
        else:
            yield from literals(part)
