"""Issuing certificates: what passes is signed, kept, and committed to by a statement of the registrar's.

Whoever asks twice, be it at once, gets one certificate: who asks for the same batch waits, and what was issued is found.
It is assessed each time, so that nobody is told of a pass which a late statement has ended.

What is signed is kept before the statement is submitted, so that there is no certificate in the log whose text is
lost. Text without a statement is no certificate: nobody is told of it.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from weakref import WeakValueDictionary

import asyncpg
import msgspec

from provenite_proto.certificate import (
    BITS,
    PER_LIST,
    Credential,
    Issuance,
    credential,
    read_certificate,
    reassessed,
    says_the_same,
    sign_certificate,
)
from provenite_proto.certificate.answers import CertificateRequest
from provenite_proto.ledger import BatchStatus, Enrolled
from provenite_proto.ledger.resting import UNDECLARED
from provenite_proto.policy import Facts, Outcome, Policy, considers, digest
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.problem import Problem
from provenite_proto.record import Certificate, CertificateIdentities, StatusEntry
from provenite_proto.statement import Signs, base64url, parse

from . import policies
from .access import Reader
from .answering.batch import named
from .answering.outcome import figures, sentence
from .assessing import Question, question
from .registrar import Registrar
from .store import certifying, reading
from .store.rows import OUTPUTS, Row
from .unavailable import LedgerBusy

MAX_STANDING = 100
"""Certificates of a batch that one party has at a time, at the most: each is assessed anew with what is late."""
_ID_BYTES = 16
_TRIES = 64
"""How often an entry of a status list is drawn: half of a list's are free at the least."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be certified, to whom: the party's id, index and name, the batch's id and row.

    `declared` is the declaration on which it rests, `lot` what the certificate says of the batch.
    """

    party: str
    party_index: int
    holder: str
    batch: str
    row: Row
    policy: Policy
    digest: str
    as_of: date
    declared: certifying.Declared | None = None
    lot: str | None = None

    @property
    def newest(self) -> int:
        """The index of the newest statement on which it rests: it is assessed with at least that."""
        made: int = self.row["key"] // OUTPUTS
        return max(made, self.declared.index if self.declared else 0)


class Issued(msgspec.Struct, frozen=True):
    """A certificate's id, and whether it is a new one."""

    certificate: str
    new: bool


class Issuing:
    """Issues the certificates of one ledger."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        registrar: Registrar,
        key: Signs,
        origin: str,
        log: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Certificates of the ledger at `origin`, whose log has the name `log`, are signed with `key` (ES256)."""
        self._pool = pool
        self._registrar = registrar
        self._key = key
        self._origin = origin
        self._log = log
        self._clock = clock
        # Of those who ask for the same batch one works at a time; a lock goes with the last who holds it.
        self._at_work: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def wanted(
        self, who: Reader, party: Enrolled, asked: CertificateRequest, row: Row
    ) -> Wanted:
        """What a party asks to have certified of the batch of a row, if it can be.

        On a declaration in which is nothing that the policy looks at it does not rest.

        `Problem` `bad-request` for a day to come or before there was the batch, a policy that there is not or a lot that was not given; `too-many`
        as `policies.asked_for` has it; `transfer-not-received`; `batch-retracted`; `not-entitled` to the lot; and what stands against the
        declaration: `not-found`, `statement-not-own`, `declaration-mismatch`, `already-retracted`.
        """
        today = self._clock().date()
        day = asked.as_of or today
        if day > today:
            raise Problem("bad-request", f"asOf: {day} is still to come.")
        if day < row["available_at"].date():
            raise Problem(
                "bad-request",
                f"asOf: the batch has been there since {row['available_at']:%Y-%m-%d}.",
            )
        if row["status"] == BatchStatus.IN_TRANSIT and row["issuer"] != who.index:
            raise Problem(
                "transfer-not-received",
                "It is certified for its receiver once that has confirmed the transfer.",
                pointer="/batch",
                figures={"batch": asked.batch},
            )
        policy = await policies.asked_for(self._pool, who.index, asked.policy)
        declared = await self._declared(asked.declaration, who, row) if asked.declaration else None
        if declared is not None and not considers(policy, declared.facts):
            declared = None
        wanted = Wanted(
            party=who.party,
            party_index=who.index,
            holder=party.names[0] if party.names else who.party,
            batch=asked.batch,
            row=row,
            policy=policy,
            digest=digest(policy),
            as_of=day,
            declared=declared,
            lot=await self._lot(who, row) if asked.lot else None,
        )
        await self._check_stands(wanted)
        return wanted

    async def certify(
        self, wanted: Wanted, assess: Callable[[Question], Awaitable[AssessmentAnswer]]
    ) -> Issued:
        """Certify what passes when it is assessed: once it is recorded, or as it was before and is still valid.

        `Problem` `batch-retracted` or `already-retracted` for what has fallen meanwhile, `not-passed`, `too-many` when as many of the batch stand as may, `policy-ended` when the policy can
        no longer be relied on, `bad-request` when it has more figures than a certificate holds, and what the
        registrar's statement is refused with; `LedgerBusy` when no entry of a status list was found.
        """
        facts = wanted.declared.facts if wanted.declared else Facts()
        asked = await question(self._pool, wanted.policy, facts, wanted.as_of)
        async with self._alone(wanted):
            found = await assess(asked)
            # What has fallen since it was asked for, and is among what it was assessed with, is noted nowhere.
            await self._check_stands(wanted, found.size)
            if found.outcome is not Outcome.PASS:
                raise Problem("not-passed", sentence(found), figures=figures(found))
            if (name := await self._issued(wanted, found)) is not None:
                return Issued(name, new=False)
            await self._check_room(wanted)
            return Issued(await self._issue(wanted, found), new=True)

    async def _check_stands(self, wanted: Wanted, before: int = certifying.ALL) -> None:
        declaration = wanted.declared.index if wanted.declared else None
        against = await certifying.against(self._pool, wanted.row, declaration, before)
        if against == UNDECLARED:
            raise Problem("already-retracted", against, pointer="/declaration")
        if against is not None:
            raise Problem(
                "batch-retracted", against, pointer="/batch", figures={"batch": wanted.batch}
            )

    def _alone(self, wanted: Wanted) -> asyncio.Lock:
        return self._at_work.setdefault((wanted.party, wanted.batch), asyncio.Lock())

    async def _check_room(self, wanted: Wanted) -> None:
        now = self._clock()
        have = await certifying.number_standing(
            self._pool, wanted.party_index, wanted.row["key"], now
        )
        if have >= MAX_STANDING:
            raise Problem(
                "too-many",
                f"{have} certificates of the batch stand, and at most {MAX_STANDING} may: use one of them, or ask the "
                "registrar to revoke what nobody needs.",
                pointer="/batch",
                figures={"batch": wanted.batch, "limit": str(MAX_STANDING)},
            )

    async def _declared(self, name: str, who: Reader, row: Row) -> certifying.Declared:
        """The declaration that is named, which has to be the reader's, of this batch, and to stand."""
        declared = await certifying.declared(self._pool, name)
        if declared is None:
            raise Problem("not-found", f"No declaration {name} is recorded.")
        pointer = "/declaration"
        if declared.party != who.index:
            raise Problem(
                "statement-not-own",
                "The declaration is another party's.",
                pointer=pointer,
                figures={"statement": name},
            )
        if declared.batch != row["key"]:
            raise Problem(
                "declaration-mismatch", "The declaration is of another batch.", pointer=pointer
            )
        return declared

    async def _lot(self, who: Reader, row: Row) -> str:
        index = row["key"] // OUTPUTS
        if row["issuer"] != who.index:
            raise Problem("not-entitled", "A lot is told by who has given it.")
        texts = await reading.texts(self._pool, [index])
        lot = named(parse(texts[index]).record, row["key"] % OUTPUTS).lot
        if lot is None:
            raise Problem("bad-request", "lot: the batch was given none.")
        return lot

    async def _issued(self, wanted: Wanted, come: AssessmentAnswer) -> str | None:
        """The id of the newest certificate that stands and says what has come now: whoever asks twice gets one."""
        anew = reassessed(come)
        found = await certifying.same(
            self._pool,
            wanted.party_index,
            wanted.row["key"],
            wanted.digest,
            as_of=wanted.as_of,
            declaration=wanted.declared.index if wanted.declared else None,
            after=self._clock(),
        )
        for row in found:
            said = read_certificate(row["jwt"]).credential
            lot = said.assessment.assessed_product[0].product.batch_number
            if lot == wanted.lot and says_the_same(said.provenance, anew):
                certificate: str = row["id"]
                return certificate
        return None

    async def _issue(self, wanted: Wanted, found: AssessmentAnswer) -> str:
        """The new certificate's id, once it is recorded."""
        for _ in range(_TRIES):
            number = await certifying.list_with_room(self._pool, PER_LIST)
            entry = StatusEntry(list=number, index=secrets.randbelow(BITS))
            if await certifying.is_taken(self._pool, number, entry.index):
                continue
            name = base64url.encode(secrets.token_bytes(_ID_BYTES))
            said = self._said(wanted, found, name, entry)
            text = await certifying.keep(self._pool, self._signed(said), self._key.key_id)
            try:
                await self._registrar.says(_record(wanted, found, name, entry, text, said))
            except Problem as problem:
                # Somebody else was given the entry meanwhile.
                if problem.slug != "status-taken":
                    raise
            else:
                return name
        raise LedgerBusy

    def _signed(self, said: Credential) -> str:
        try:
            return sign_certificate(said, self._key)
        except ValueError as error:
            raise Problem("bad-request", f"policy: {error}.") from error

    def _said(
        self, wanted: Wanted, found: AssessmentAnswer, name: str, entry: StatusEntry
    ) -> Credential:
        facts = wanted.declared.facts if wanted.declared else None
        issuance = Issuance(
            origin=self._origin,
            issuer=f"The ledger at {self._origin.partition('://')[2]}",
            log=self._log,
            id=name,
            status_list=entry.list,
            index=entry.index,
            party=wanted.party,
            holder=wanted.holder,
            material=wanted.row["material"],
            issued_at=self._clock(),
            product=facts.product if facts else None,
            lot=wanted.lot,
            declared=facts is not None,
        )
        try:
            return credential(issuance, wanted.policy, found)
        except ValueError as error:
            raise Problem("policy-ended", f"{error}.") from error


def _record(
    wanted: Wanted,
    found: AssessmentAnswer,
    name: str,
    entry: StatusEntry,
    text: str,
    said: Credential,
) -> Certificate:
    identities = CertificateIdentities(
        certificate=name,
        party=wanted.party,
        batch=wanted.batch,
        declaration=wanted.declared.digest if wanted.declared else None,
    )
    return Certificate(
        credential=text,
        policy=wanted.digest,
        as_of=found.as_of,
        size=found.size,
        valid_until=said.valid_until,
        status=entry,
        identities=identities,
    )
