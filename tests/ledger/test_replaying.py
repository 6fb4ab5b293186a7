"""A replay of the log, compared with the tables of a ledger at work; and with tables that somebody has changed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import asyncpg
import msgspec
import pytest

from provenite_ledger.postgres import running_server
from provenite_ledger.replaying import Differs, replay
from provenite_ledger.store.packing import packed_findings
from provenite_proto import paths
from provenite_proto.problem import Finding
from provenite_proto.record import (
    Audience,
    CustodyModel,
    Grant,
    Grantee,
    Site,
    SiteDetails,
    SiteIdentities,
    Stage,
)
from tests.ledger.running import day, extraction, refining, run_ledger
from tests.ledger.secretive import Secretive
from tests.ledger.secretive_chain import build

LENS = """\
title = "Mined in Chile"

[[start]]
on = ["extraction"]
country = ["CL"]
label = "yes"

[[start]]
label = "no"
"""


@pytest.fixture(scope="module")
def chain() -> Iterator[Secretive]:
    """A ledger of its own, for whoever replays it counts every statement; with a row in every table."""
    with run_ledger() as ledger:
        built = build(ledger)
        _averaged(built)
        auditor = built.firms["auditor"].id
        for to in (auditor, None):
            grant = Grant(
                audience=Audience.PARTY if to else Audience.HOLDERS,
                opened=("quantities",),
                statements=(built.digests["refining"],),
                parties=Grantee(to=to) if to else None,
            )
            built.firms["refiner"].record(grant)
        trader = built.firms["trader"]
        registered = ledger.http.post(
            paths.LENSES,
            content=LENS,
            headers={**trader.authorized(), "Content-Type": "application/toml"},
        )
        assert registered.status_code == 201, registered.text
        asked = {"lens": ["origin", registered.json()["id"]]}
        for firm, batch in (("trader", "to-trader.0"), ("refiner", "averaging")):
            query = asked if firm == "trader" else {}
            content = built.firms[firm].get(paths.content(built.batches[batch]), **query)
            assert content.status_code == 200, content.text
        policy = {"policy": "claim.non-covered-nation"}
        assessed = built.firms["trader"].get(
            paths.assessment(built.batches["to-trader.0"]), **policy
        )
        assert assessed.status_code == 200, assessed.text
        yield built


def _averaged(built: Secretive) -> None:
    """Two transformations at a site of which the second averages over the first."""
    firm = built.firms["refiner"]
    details = SiteDetails(name="Works", latitude="51", longitude="7")
    answer = firm.submit(Site(country="US", stages=(Stage.REFINING,), identities=details))
    site = SiteIdentities(site=answer.json()["digest"])
    mine = built.ledger.enrol("miner", country="CL")
    for number, made in enumerate(("29.5", "30.003")):
        (mined,) = mine.record(extraction())
        received = mine.ships(mined, firm, "100")
        record = refining(
            [(received, "100")],
            made,
            occurred_at=day(12 + number),
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=site,
        )
        (built.batches["averaging"],) = firm.record(record)


def run(chain: Secretive, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PROVENITE_DATA": str(chain.ledger.data), **changes}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "provenite_ledger", "replay", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_tables_hold_what_the_log_says(chain: Secretive) -> None:
    done = run(chain, "--compare")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "The tables hold the same" in done.stdout


def test_json(chain: Secretive) -> None:
    plain, compared = (
        json.loads(run(chain, *options, "--json").stdout)["summary"]
        for options in ((), ("--compare",))
    )
    assert plain == compared | {"contents": 0}
    assert plain["statements"] == chain.ledger.http.get(paths.LEDGER).json()["size"]
    assert compared["contents"] >= 9


def test_what_cannot_be_compared_is_no_difference(chain: Secretive) -> None:
    done = run(chain, PROVENITE_DATA="/nowhere")
    assert (done.returncode, done.stdout) == (3, "")
    assert "there is no folder /nowhere" in done.stderr


INVENTED = rf"\x{(packed_findings([Finding('assay-unusual', '')]) or b'').hex()}"

TAMPERED = {
    "the tree's size": ("update tree set size = size + 1", "the size"),
    "the tree's edge": ("update tree set edge = edge || '\\x00'", "the edge"),
    "no tree": ("delete from tree", "the size"),
    "a batch's holder": ("update batch set holder = 0 where key = 1024 * {used}", "holder"),
    "a holder that is none": ("update batch set holder = 999 where key = 1024 * {used}", "rows"),
    "a batch's status": ("update batch set status = 'held' where key = 1024 * {used}", "status"),
    "a batch's mass": ("update batch set mass = mass + 1 where key = 1024 * {refining}", "mass"),
    "what is left": ("update batch set remaining = 1 where key = 1024 * {refining}", "remaining"),
    "elements": (
        "update batch set element_masses = '{{7}}' where key = 1024 * {forming}",
        "elements",
    ),
    "a root": ("update batch set root = 1024 * {used} where key = 1024 * {forming}", "root"),
    "offsets": ("update batch set offsets = '{{7}}' where key = 1024 * {forming}", "offsets"),
    "since when": (
        "update batch set available_at = now() where key = 1024 * {forming}",
        "available_at",
    ),
    "a batch too many": (
        "insert into batch select 1024 * 1024, material, holder, status, mass, remaining, elements, "
        "element_masses, uncertainty, available_at, root, offsets from batch limit 1",
        "the number of rows",
    ),
    "a lost draw": ("delete from draw where consumer = {forming}", "draws"),
    "what was left before": (
        "update draw set before = before + 1 where consumer = {forming}",
        "draws",
    ),
    "a shipment's receiver": ("update shipment set receiver = 0 where index = {sent}", "receiver"),
    "a shipment's status": (
        "update shipment set status = 'refused' where index = {sent}",
        "status",
    ),
    "when it is due": ("update shipment set due_at = now() where index = {sent}", "due_at"),
    "a revocation": ("update key set revoked_at = null, compromised_from = null", "revoked_at"),
    "a compromise": ("delete from key_compromise", "keys that it disowns"),
    "a key's party": ("update key set party = 0", "party"),
    "roles": ("update party set roles = '{{registrar}}'", "roles"),
    "a site's capacity": ("update site set capacity = 1 where index = {site}", "capacity"),
    "a site's place": ("update site set latitude = 1 where index = {site}", "latitude"),
    "an accreditation": ("update accreditation set scheme = 'other'", "scheme"),
    "an attestation": ("update attestation set conforms = false", "conforms"),
    "a lost attestation": ("delete from attestation", "the entry"),
    "an ownership": ("update ownership set controllers = '{{CN}}'", "controllers"),
    "a grant's reach": ("update sharing set opened = '{{documents}}'", "opened"),
    "a grant's statements": ("update sharing set statements = null", "statements"),
    "a site's year": ("update site_year set mass = mass + 1", "mass"),
    "perfect balances": ("update perfect_run set count = count + 1", "count"),
    "perfect balances lost": ("delete from perfect_run", "the entry"),
    "a certificate": ("update assay set statement = {used}", "statement"),
    "a certificate lost": ("delete from assay", "the entry"),
    "what was declared": ("update declaration set party = 0", "party"),
    "a declaration lost": (
        "update certificate set declaration = null; delete from declaration",
        "the entry",
    ),
    "how a certificate stands": ("update certificate set status = 'revoked'", "status"),
    "who changed it": ("update certificate set changed = null", "changed"),
    "what changed it": ("update certificate set cause = null", "cause"),
    "an entry of a status list": ("update certificate set position = position + 1", "position"),
    "how many entries are taken": (
        "update status_list set taken = taken + 1",
        "the number of rows",
    ),
    "another id": ("update certificate set id = 'other ' || index", "certificate"),
    "another's certificate": ("update certificate set party = 0", "party"),
    "a lost certificate": (
        "delete from certificate_due; delete from certificate_signer; delete from certificate",
        "the entry",
    ),
    "a lost signer of what is certified": ("delete from certificate_signer", "the number of rows"),
    "a place": ("update place set party = 0", "party"),
    "an average": ("delete from averaging", "the entry"),
    "what is averaged": ("delete from averaged", "what it averages over"),
    "a doubt": ("update statement set findings = null", "findings"),
    "an invented doubt": (
        f"update statement set findings = '{INVENTED}' where index = 0",
        "findings",
    ),
    "an issuer": ("update statement set issuer = 0 where index = {forming}", "issuer"),
    "whom it concerns": (
        "update statement set counterparty = 0 where index = {sent}",
        "counterparty",
    ),
    "a retraction": (
        "update statement set retracted_by = null where index = {used}",
        "retracted_by",
    ),
    "another text": (
        "update statement set compact = (select compact from statement where index = {forming}) "
        "where index = {refining}",
        "digest",
    ),
    "another digest": (
        "update statement set digest = decode(repeat('00', 32), 'hex') where index = 1",
        "digest",
    ),
    "another time": (
        "update statement set recorded_at = '2001-01-01' where index = 1",
        "time of recording",
    ),
    "a proxy's mark": ("update making set proxy = not proxy", "proxy"),
    "content": (
        "update content set shares = (select shares from content where lens = 0 and batch = 1024 * {collection}) "
        "where lens = 0 and batch = 1024 * {extraction}",
        "content/Cu/",
    ),
    "content of what there is not": (
        "update content set batch = batch + 1 where batch = 1024 * {used}",
        "content",
    ),
    "content through a firm's own lens": (
        "update content set shares = (select shares from content where lens = 1 and batch = 1024 * {proxy}) "
        "where lens = 1 and batch = 1024 * {extraction}",
        "content/Cu/",
    ),
    "a rolling average": ("update run set run = '\\x80'", "rolling average"),
    "a byte of a statement": (
        "update statement set compact = set_byte(compact, 30, 255 - get_byte(compact, 30)) "
        "where index = {extraction}",
        # What it comes to depends on the byte: it is named in any case.
        "",
    ),
    "a revision": ("delete from revision", "revision"),
    "the other side of a revision": ("update revision set after = before", "after/Cu/"),
    "how far a late statement reaches": ("""update late set reach = '{{}}'""", "reach"),
    "a late statement": ("delete from revision; delete from late", "whether it is late"),
}


@pytest.mark.parametrize("tampered", TAMPERED)
async def test_a_changed_row_is_found(chain: Secretive, tampered: str) -> None:
    query, what = TAMPERED[tampered]
    dsn = running_server(chain.ledger.data / "postgres")
    assert dsn is not None
    connection = await asyncpg.connect(dsn)
    try:
        indices = {
            name: chain.firms["registrar"].get(paths.statement(digest)).json()["index"]
            for name, digest in chain.digests.items()
            if "-" not in name
        }
        change = connection.transaction(isolation="repeatable_read")
        await change.start()
        await connection.execute(query.format(**indices))
        with pytest.raises(Differs) as found:
            await replay(connection, compare=True)
        difference = found.value.difference
        if tampered == "a byte of a statement":
            assert difference.where.endswith(f" {chain.digests['extraction']}")
        assert difference.what.startswith(what), msgspec.json.encode(difference)
        assert difference.expected != difference.found
        await change.rollback()
    finally:
        await connection.close()
