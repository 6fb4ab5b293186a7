"""GET /v1/parties, /v1/sites and /v1/keys: who takes part, where, and with which keys."""

import math
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import KeyAnswer, Page, PartyAnswer, SiteAnswer
from provenite_proto.ledger import Owned
from provenite_proto.ledger.vouching import owned, standing, standing_accreditations
from provenite_proto.problem import Problem
from provenite_proto.record.form import Time

from ..access import REGISTRAR, Concerned, Reader, sees
from ..answering import registry
from ..store import reading
from ..store.facts import vouched
from .documenting import BY_TOKEN, CURSOR, LIMIT, WITH_TOKEN, identifier, refusals
from .entitlement import knows, opened
from .paging import cut, page
from .parts import AnyRequest, Parts, found, parts, reader


@get(
    paths.PARTIES,
    operation_id="listParties",
    summary="List the parties one knows",
    tags=["Registry"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_parties(
    request: AnyRequest,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[PartyAnswer]]:
    """The reader itself, the registrar, who has shipped to it, and who has accepted what it shipped.

    The registrar sees all.
    """
    who, ledger = reader(request), parts(request)
    among = None
    if not who.is_registrar:
        among = {who.index, REGISTRAR, *await reading.known_to(ledger.pool, who.index)}
    after = -1 if cursor is None else int(cursor)
    now = int(datetime.now(UTC).timestamp())
    rows = await reading.parties(ledger.pool, among, now, after=after, limit=limit + 1)
    rows, following = cut(rows, limit, "index")
    return await page(request, rows, following, lambda row: registry.party(row, named=True))


@get(
    f"{paths.PARTIES}/{{party_id:str}}",
    operation_id="getParty",
    summary="Read a party",
    tags=["Registry"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def party(
    request: AnyRequest,
    party_id: Annotated[str, identifier("Party id")],
    as_of: Annotated[
        str | None,
        QueryParameter(
            name="asOf",
            description="The time as of which the register is read, as RFC 3339 has it: what was recorded "
            "until then, and held then. Now by default.",
            max_length=64,
        ),
    ] = None,
) -> PartyAnswer:
    """A party's country, roles, keys and accreditations as of a time.

    Its name is for those whom it has shipped to or received from, and the countries that control it for those who
    see the section `parties` of what it has said of its owners.
    """
    who, ledger = reader(request), parts(request)
    time = _time(as_of)
    at = math.floor(time.timestamp())
    row = found(await reading.party(ledger.pool, party_id, at), "party", party_id)
    async with ledger.pool.acquire() as connection:
        accreditations, ownerships = await vouched(connection, party_id, ledger.sequencer.size, at)
    owner = owned(ownerships, party_id, time, lambda each: standing(each, at))
    return registry.party(
        row,
        named=await knows(ledger, who, row["index"]),
        accreditations=standing_accreditations(accreditations, time, at),
        controllers=await _controllers(ledger, who, owner),
    )


async def _controllers(ledger: Parts, who: Reader, owner: Owned | None) -> tuple[str, ...] | None:
    if owner is None:
        return None
    granted = (await opened(ledger, who, [owner.index])).get(owner.index, frozenset())
    issuer = ledger.sequencer.party_index(owner.party)
    seen = sees(who, Concerned("ownership", issuer, opened=granted), "parties")
    return owner.controllers if seen else None


def _time(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        return msgspec.convert(text, Time)
    except msgspec.ValidationError:
        raise Problem(
            "bad-request", f"asOf: {text!r} is no RFC 3339 time with an offset."
        ) from None


@get(
    paths.SITES,
    operation_id="listSites",
    summary="List one's sites",
    tags=["Registry"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_sites(
    request: AnyRequest,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[SiteAnswer]]:
    """The reader's own sites; the registrar sees all."""
    who, ledger = reader(request), parts(request)
    owner = None if who.is_registrar else who.index
    after = -1 if cursor is None else int(cursor)
    rows = await reading.sites(ledger.pool, owner, after=after, limit=limit + 1)
    rows, following = cut(rows, limit, "index")
    return await page(
        request,
        rows,
        following,
        lambda row: registry.site(row, ledger.sequencer.party_at(row["party"]), who),
    )


@get(
    f"{paths.SITES}/{{site_id:str}}",
    operation_id="getSite",
    summary="Read a site",
    tags=["Registry"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def site(request: AnyRequest, site_id: Annotated[str, identifier("Site id")]) -> SiteAnswer:
    """A site's party, country and stages; its name, place and capacity for those who may see them."""
    who, ledger = reader(request), parts(request)
    row = found(await reading.site(ledger.pool, site_id), "site", site_id)
    granted = await opened(ledger, who, [row["index"]])
    return registry.site(
        row,
        ledger.sequencer.party_at(row["party"]),
        who,
        granted.get(row["index"], frozenset()),
    )


@get(
    f"{paths.KEYS}/{{key_id:str}}",
    operation_id="getKey",
    summary="Read a key",
    tags=["Registry"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def key(
    request: AnyRequest, key_id: Annotated[str, identifier("Key thumbprint")]
) -> KeyAnswer:
    """A registered public key and its party: what it takes to verify a statement."""
    reader(request)
    return registry.key(found(parts(request).sequencer.key(key_id), "key", key_id))
