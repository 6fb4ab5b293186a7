"""Who sees what, over HTTP: every route as every reader, looking for everything that is sealed."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from provenite_ledger.postgres import running_server
from provenite_proto import paths
from provenite_proto.pack import Pack
from provenite_proto.record import (
    COUNTERSIGNATURE,
    AnyRecord,
    Attestation,
    Audience,
    Grant,
    Outcome,
    Party,
    Retraction,
    RetractionReason,
    SiteIdentities,
    Subject,
    SubjectKind,
)
from provenite_proto.statement import Statement, parse
from tests.ledger.running import day, extraction, receipt, refining, run_ledger, transfer
from tests.ledger.secretive import FIRMS, Secretive
from tests.ledger.secretive_chain import build
from tests.ledger.seeing import (
    READERS,
    Eye,
    leaked,
    of_certificate,
    requests,
    secrets,
    sees,
    told,
)

Hidden = dict[str, set[str]]


def statements(response: httpx.Response) -> dict[str, Statement]:
    """The statements of a pack, by digest."""
    assert response.status_code == 200, response.text
    found = [
        parse(line.statement, complete=False) for line in Pack(io.BytesIO(response.content)).lines()
    ]
    return {each.digest: each for each in found}


@pytest.fixture(scope="module")
def log() -> Iterator[Path]:
    """Where the ledger's log goes."""
    with tempfile.NamedTemporaryFile(prefix="provenite-test-log-") as file:
        yield Path(file.name)


@pytest.fixture(scope="module")
def chain(log: Path) -> Iterator[Secretive]:
    """A ledger of its own, whose log is kept."""
    with log.open("wb") as output, run_ledger(stderr=output.fileno()) as ledger:
        yield build(ledger)


@pytest.fixture(scope="module")
def hidden(chain: Secretive) -> Hidden:
    """Every secret with who may see it."""
    found = secrets(chain)
    assert len(found) > 80
    return found


@pytest.mark.parametrize("reader", READERS)
def test_nothing_sealed_is_read_by_whom_it_is_not_for(
    chain: Secretive, hidden: Hidden, reader: str
) -> None:
    eye = Eye(chain, reader)
    seen: set[str] = set()
    for template, path, query in requests(chain):
        response = eye.get(path, **query)
        said = told(response)
        found = leaked(said, hidden, reader, str(query))
        assert not found, (template, path, query, said)
        seen.update(text for text in hidden if text in said)
    # What is for it, it sees: otherwise the test would look for what nobody shows.
    if reader not in ("nobody", "revoked"):
        assert seen == {text for text, readers in hidden.items() if reader in readers}
    else:
        assert not seen


@pytest.mark.parametrize("reader", READERS)
def test_a_statement_shows_the_sections_of_the_table(chain: Secretive, reader: str) -> None:
    eye = Eye(chain, reader)
    for name, digest in chain.digests.items():
        response = eye.get(paths.statement(digest))
        if reader in ("nobody", "revoked"):
            assert response.status_code == 401
            continue
        answer = response.json()
        record = parse(answer["statement"], complete=False).record
        shown = {each for each in record.sections if getattr(record, each) is not None}
        sealed = {section for statement, section in chain.texts if statement == name}
        assert shown == (sealed if sees(reader, name) else set()), (name, reader)
        assert set(answer.get("withheld", ())) == sealed - shown


@pytest.mark.parametrize("reader", READERS)
def test_a_pack_shows_the_sections_of_the_table(chain: Secretive, reader: str) -> None:
    names = {digest: name for name, digest in chain.digests.items()}
    eye = Eye(chain, reader)
    for batch in chain.batches.values():
        response = eye.get(paths.pack(batch))
        if reader in ("nobody", "revoked"):
            assert response.status_code == 401
            continue
        for statement in statements(response).values():
            record = statement.record
            if (name := names.get(statement.digest)) is None:
                # The registrar's own, which has no section.
                assert not statement.withheld
                continue
            shown = {each for each in record.sections if getattr(record, each) is not None}
            sealed = {section for known, section in chain.texts if known == name}
            assert shown == (sealed if sees(reader, name) else set()), (name, reader)
            assert statement.withheld == len(sealed - shown)


def test_a_pack_tells_of_no_party_but_those_on_the_way(chain: Secretive) -> None:
    """A stranger who knows a batch learns what its trace tells, and from whom nobody can tell more."""
    eye = Eye(chain, "stranger")
    for name, batch in chain.batches.items():
        traced = eye.get(paths.trace(batch)).json()
        told_of = {node["issuer"] for node in traced["nodes"]} | {chain.firms["registrar"].id}
        found = statements(eye.get(paths.pack(batch)))
        receivers = {
            chain.firms[chain.records[receipt][0]].id
            for receipt, digest in chain.digests.items()
            if receipt.endswith("-receipt") and digest in found
        }
        parties = {digest for digest, each in found.items() if isinstance(each.record, Party)}
        assert parties == told_of | receivers, name
        assert {node["statement"] for node in traced["nodes"]} <= found.keys()


def test_a_pack_does_not_tell_who_holds_the_batch(chain: Secretive) -> None:
    for reader, told_of in (
        ("stranger", False),
        ("refiner", False),
        ("maker", True),
        ("trader", True),
    ):
        found = statements(Eye(chain, reader).get(paths.pack(chain.batches["to-trader.0"])))
        for digest in (chain.digests["to-trader-receipt"], chain.firms["trader"].id):
            assert (digest in found) is told_of, reader
        assert chain.digests["to-maker-receipt"] in found


def test_who_vouches_is_told_to_whom_the_content_is_told(chain: Secretive) -> None:
    evidence = {chain.digests[name] for name in ("attestation", "accreditation", "ownership")}
    auditor = chain.firms["auditor"].id
    for batch, seen_by in (
        ("extraction.0", {"miner"}),
        ("forming.0", {"maker"}),
        ("to-trader.0", {"maker", "trader"}),
    ):
        for reader in ("miner", "refiner", "maker", "trader", "stranger", "registrar"):
            found = statements(Eye(chain, reader).get(paths.pack(chain.batches[batch])))
            expected = {*evidence, auditor} if reader in seen_by else set()
            assert {*evidence, auditor} & found.keys() == expected, (batch, reader)


def test_what_was_left_is_told_where_it_can_be_computed(chain: Secretive) -> None:
    """Of an input's remainder no reader is told who does not see all that it follows from."""

    def before(reader: str, statement: str) -> tuple[str, ...] | None:
        response = Eye(chain, reader).get(paths.pack(chain.batches[f"{statement}.0"]))
        pack = Pack(io.BytesIO(response.content))
        (line,) = (
            line
            for line in pack.lines()
            if parse(line.statement, complete=False).digest == chain.digests[statement]
        )
        return line.before

    assert before("miner", "to-refiner") == ("7319.137",)
    assert before("refiner", "to-refiner") is None
    assert before("refiner", "refining") == ("7211.518", "401.538", "1711.313")
    assert before("miner", "refining") is None
    assert before("maker", "to-maker") is None
    assert before("maker", "forming") == ("2531.376",)
    assert before("stranger", "forming") is None


def test_every_route_is_tried(chain: Secretive) -> None:
    document = chain.ledger.http.get("/schema/openapi.json").json()
    documented = {(method, path) for path, item in document["paths"].items() for method in item}
    tried = {("get", template) for template, _, _ in requests(chain)}
    tried |= {("get", template) for template, _, _ in of_certificate("")}
    # The posts are those of the tests below.
    tried |= {
        ("post", path)
        for path in (
            paths.STATEMENTS,
            paths.STATEMENTS_BATCH,
            paths.INVITATIONS,
            paths.ENROLMENTS,
            paths.LENSES,
            paths.POLICIES,
            paths.IMPACT,
            paths.SUPPOSED,
            paths.CERTIFICATES,
        )
    }
    assert documented <= tried


@pytest.mark.parametrize("reader", ["nobody", "stranger", "trader"])
def test_a_certificate_tells_nothing_of_the_chain(
    chain: Secretive, hidden: Hidden, reader: str
) -> None:
    """Whoever has its id learns the holder's name, which asked for that, and of no batch, statement or other party."""
    issued = chain.certificates["trader"]
    trader = chain.firms["trader"].id
    ids = {*chain.digests.values(), *chain.batches.values()} - {trader}
    eye = Eye(chain, reader)
    for template, path, headers in of_certificate(issued["id"]):
        response = chain.ledger.http.get(path, headers={**eye.headers(), **headers})
        assert response.status_code == 200, response.text
        said = told(response)
        assert not leaked(said, hidden, "nobody", FIRMS["trader"][0]), template
        assert not [each for each in ids if each in said], template


@pytest.mark.parametrize("reader", ["nobody", "stranger", "miner"])
def test_asking_for_a_certificate_tells_nothing(
    chain: Secretive, hidden: Hidden, reader: str
) -> None:
    eye = Eye(chain, reader)
    for batch in (*chain.batches.values(), f"{chain.digests['declaration']}.0"):
        for extra in ({}, {"declaration": chain.digests["declaration"]}, {"lot": True}):
            body = {"batch": batch, "policy": "claim.recycled", **extra}
            response = eye.post(paths.CERTIFICATES, msgspec.json.encode(body), "application/json")
            assert not leaked(told(response), hidden, reader, str(body)), response.text


def attempts(chain: Secretive, reader: str) -> Iterator[AnyRecord]:
    """What a hostile firm may sign about others' statements, to learn from how it is refused."""
    own = chain.firms[reader]
    for batch in chain.batches.values():
        for mass in ("0.000001", "999999"):
            yield refining([(batch, mass)], "1")
        yield transfer(batch, chain.firms["miner"].id, "999999")
        yield receipt(batch)
        for kind in (SubjectKind.BATCH, SubjectKind.SITE):
            yield vouching(kind, batch if kind is SubjectKind.BATCH else batch[:43])
    for name, digest in chain.digests.items():
        yield Retraction(statement=digest, reason=RetractionReason.FRAUD)
        yield Retraction(
            statement=digest,
            reason=RetractionReason.INCORRECT_DATA,
            replacement=chain.digests["extraction"],
        )
        yield Grant(audience=Audience.HOLDERS, opened=("quantities",), statements=(digest,))
        yield refining(
            [(chain.batches["forming.0"], "1")], "1", identities=SiteIdentities(site=digest)
        )
        yield vouching(SubjectKind.STATEMENT, digest, COUNTERSIGNATURE)
        if name != "proxy" and not name.startswith("party"):
            yield vouching(SubjectKind.PARTY, digest)
    yield transfer(chain.batches["refining.0"], own.id, "1")


def vouching(kind: SubjectKind, subject: str, scheme: str = "rmap") -> Attestation:
    return Attestation(
        subject=Subject(kind=kind, id=subject),
        scheme=scheme,
        outcome=Outcome.CONFORMS,
        valid_from=day(0),
    )


@pytest.mark.parametrize("reader", ["stranger", "auditor", "trader", "maker"])
def test_no_refusal_tells_of_others(chain: Secretive, hidden: Hidden, reader: str) -> None:
    eye = Eye(chain, reader)
    firm = chain.firms[reader]
    statements = [firm.sign(record) for record in attempts(chain, reader)]
    slugs = set()
    # What is only supposed leaves no trace of who has asked: it tells no more.
    for statement in statements[::4]:
        response = eye.post(paths.SUPPOSED, statement, "application/sd-jwt")
        assert not leaked(told(response), hidden, reader), response.text
    for first in range(0, len(statements), 100):
        lines = statements[first : first + 100]
        response = eye.post(paths.STATEMENTS_BATCH, "\n".join(lines), "application/sd-jwt+lines")
        assert response.status_code == 200
        assert not leaked(told(response), hidden, reader)
        slugs |= {
            line["problem"]["type"].rpartition(":")[2]
            for line in response.json()["lines"]
            if "problem" in line
        }
    assert slugs >= {
        "not-holder",
        "not-counterparty",
        "statement-not-own",
        "site-not-own",
        "not-the-supplier",
        "not-a-proxy",
    } - ({"not-holder", "not-counterparty", "site-not-own"} if reader == "auditor" else set())


def test_bodies_and_parameters_that_are_wrong_tell_nothing(
    chain: Secretive, hidden: Hidden
) -> None:
    whole = (
        Eye(chain, "miner").get(paths.statement(chain.digests["extraction"])).json()["statement"]
    )
    for reader in ("nobody", "stranger"):
        eye = Eye(chain, reader)
        cut = whole.split("~")
        for method, path, body, media_type in (
            ("post", paths.STATEMENTS, "~".join([cut[0], ""]), "application/sd-jwt"),
            ("post", paths.STATEMENTS, whole[:-40], "application/sd-jwt"),
            ("post", paths.STATEMENTS, whole, "text/plain"),
            ("post", paths.SUPPOSED, "~".join([cut[0], ""]), "application/sd-jwt"),
            (
                "post",
                paths.INVITATIONS,
                b'{"name":"x","country":"CL","roles":["miner"]}',
                "application/json",
            ),
            ("post", paths.ENROLMENTS, b'{"code":"x","key":{},"proof":"x"}', "application/json"),
            ("post", paths.LENSES, b"title = 1", "application/toml"),
            ("post", paths.POLICIES, b"title = 1", "application/toml"),
            ("post", paths.IMPACT, b"title = 1", "application/toml"),
            ("post", paths.BATCHES, b"", "text/plain"),
        ):
            response = eye.post(path, body, media_type)
            assert response.status_code >= 400, (method, path)
            assert not leaked(told(response), hidden, reader, str(body)), path
        for path, query in (
            (paths.batch(chain.digests["extraction"] + ".1"), {}),
            (paths.batch("x"), {}),
            (paths.content(chain.batches["extraction.0"]), {"lens": "none"}),
            (
                paths.contributions(chain.batches["extraction.0"]),
                {"element": "Nd", "lens": "origin", "label": "CL"},
            ),
            (paths.assessment(chain.batches["extraction.0"]), {"policy": "us.nothing"}),
            (paths.policy("A" * 43), {}),
            (paths.trace(chain.batches["extraction.0"]), {"limit": 10**9}),
            (paths.BATCHES, {"cursor": "x"}),
            ("/v1/nowhere", {}),
        ):
            response = eye.get(path, **query)
            assert response.status_code >= 400, path
            assert not leaked(told(response), hidden, reader), path


def test_a_statement_sent_again_tells_whom_it_is_sent_by_nothing_new(
    chain: Secretive, hidden: Hidden
) -> None:
    """A statement without sections can be read, and so be sent again, by anybody."""
    stranger = Eye(chain, "stranger")
    mine = chain.firms["miner"]
    (batch,) = mine.record(extraction("77.771357"))
    mine.ships(batch, chain.firms["refiner"], "71.357913")
    retracted = mine.submit(
        Retraction(statement=batch.partition(".")[0], reason=RetractionReason.INCORRECT_DATA)
    ).json()
    assert [each["slug"] for each in retracted["findings"]] == ["retraction-of-used"]
    text = stranger.get(paths.statement(retracted["digest"])).json()["statement"]
    again = stranger.post(paths.STATEMENTS, text, "application/sd-jwt")
    assert again.status_code == 200
    assert "71.357913" not in told(again)


async def test_a_failure_tells_its_id_and_no_more(
    chain: Secretive, hidden: Hidden, log: Path
) -> None:
    """The database is made to fail in ways whose messages quote rows and parameters."""
    dsn = running_server(chain.ledger.data / "postgres")
    assert dsn is not None
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "alter table sharing rename to away; "
            "alter table batch add constraint small check (mass <> 8888777666)"
        )
        digest = chain.digests["extraction"]
        failed = [
            Eye(chain, "stranger").get(paths.statement(digest)),
            chain.firms["miner"].submit(extraction("8888.777666", lot="LOT-SWALLOW")),
        ]
    finally:
        await connection.execute(
            "alter table away rename to sharing; alter table batch drop constraint small"
        )
        await connection.close()
    for response in failed:
        assert response.status_code == 500, response.text
        assert not leaked(told(response), hidden, "stranger")
        assert response.json()["requestId"] in log.read_text()


def test_the_log_holds_nothing_sealed(chain: Secretive, hidden: Hidden, log: Path) -> None:
    said = log.read_text() + (chain.ledger.data / "postgres" / "postgres.log").read_text()
    assert not [text for text in (*hidden, "8888777666", "LOT-SWALLOW") if text in said]
    assert '"level":"error"' in said


def test_health_and_readiness_tell_a_word(chain: Secretive) -> None:
    for path in (paths.HEALTH, paths.READY):
        assert msgspec.json.decode(chain.ledger.http.get(path).content) == {"status": "ok"}
