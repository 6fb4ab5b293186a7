"""What tests of changing certificates share: a certified cathode, and what the ledger and the pure rules say of it."""

import time
from datetime import date
from typing import Any

import httpx
import msgspec

from provenite_proto import paths
from provenite_proto.certificate import reassessed
from provenite_proto.policy import (
    Assessment,
    Facts,
    Part,
    Policy,
    assess,
    digest,
    lenses_needed,
    policy_named,
    read_policy,
)
from provenite_proto.policy.answers import answer
from provenite_proto.statement import parse
from tests.ledger.certified import certifying
from tests.ledger.replaying import Story
from tests.ledger.running import Firm, Ledger, day, extraction, refining
from tests.ledger.speaking import submitted
from tests.proto.own_rule import own_rule

DAY = date(2026, 11, 24)
SHARE = "claim.non-covered-nation.share?stage=refining&share=0.5"
SHARES = "claim.non-covered-nation.share"
OWN = own_rule(
    "acme.known",
    """kind = "share"
name = "known"
lens = "place"
good = ["known"]
other = "bad"
at_least = "0.6"

[[lens]]
name = "place"
title = "Known or not"
[[lens.start]]
on = ["extraction"]
label = "known"
[[lens.start]]
label = "unknown"
""",
)
ASKING = OWN.replace(
    """[[lens.start]]
on = ["extraction"]
label = "known"
""",
    """[[lens.start]]
controllers = ["CN"]
label = "unknown"
[[lens.start]]
attested = ["attested"]
label = "known"
""",
).replace("own.acme.known", "own.acme.asking")
"""What nobody vouches for, or is controlled from China, is not known."""
Changed = dict[str, Any]


class Certified(msgspec.Struct):
    """A refiner's cathode of two mines' ore, and its certificate (the statement's digest)."""

    story: Story
    miner: Firm
    refiner: Firm
    mined: str
    other: str
    made: str

    def certificate(self, asked: str, *, declaration: str | None = None) -> str:
        """Have a certificate of the cathode recorded."""
        self.refiner.get(paths.assessment(self.made), policy=asked, asOf=str(DAY))
        known_by = asked if len(asked) == 43 else digest(policy_named(asked))
        record = certifying(
            self.story.ledger,
            self.refiner.id,
            self.made,
            policy=known_by,
            as_of=DAY,
            declaration=declaration,
        )
        # The replay has not heard of all that others tell this ledger, whose size the certificate names.
        return submitted(self.story.ledger.registrar, record)

    def settle(self) -> None:
        """Have late statements worked out at once: whoever asks for content does not wait for the follower."""
        self.refiner.get(paths.content(self.made))

    def says(self, policy: Policy, facts: Facts | None = None) -> Any:
        """What a policy says of the cathode at present, by the pure rules, as an answer has it."""
        return said(self.assessed(policy, facts or Facts()), self.made)

    def assessed(self, policy: Policy, facts: Facts) -> Assessment:
        made = self.story.replay.state.batches[self.made]
        part = Part(made.material, made.mass, self.story.replay.content(self.made))
        return assess(policy, [part], facts, DAY)


def said(found: Assessment, batch: str) -> Any:
    told = msgspec.json.encode(reassessed(answer(batch, 1, found, ())))
    return msgspec.json.decode(told)


def impact(
    firm: Firm, policy: str | None = None, text: str | None = None, **query: Any
) -> httpx.Response:
    return firm.ledger.http.post(
        paths.IMPACT,
        params=query | ({} if policy is None else {"policy": policy}),
        content=text,
        headers={"Content-Type": "application/toml", **firm.authorized()},
    )


def items(response: httpx.Response) -> list[Changed]:
    assert response.status_code == 200, response.text
    found: list[Changed] = response.json().get("items", [])
    return found


def if_retracted(firm: Firm, statement: str, **query: Any) -> list[Changed]:
    path = paths.certificate_consequences(statement)
    return items(firm.get(path, ifRetracted="true", **query))


def certified_on(ledger: Ledger) -> Certified:
    asked = (policy_named(SHARE), policy_named("us.uflpa"), read_policy(OWN, "p"))
    lenses = {
        lens.id: lens
        for policy in (*asked, read_policy(ASKING, "p"))
        for lens in lenses_needed(policy, Facts(), DAY)
        if lens.id.startswith("own/")
    }
    story = Story(ledger, lenses.values())
    miner, refiner = story.enrol("miner", country="CL"), story.enrol("miner", "refiner")
    mined = story.makes(miner, extraction("100"))
    days = {"departed": day(1), "received": day(3)}
    bought = story.ships(miner, mined, refiner, "100", days)
    other = story.makes(refiner, extraction("50", country="PE"))
    made = story.makes(refiner, refining([(bought, "100"), (other, "50")], "45", cu="1"))
    return Certified(story, miner, refiner, mined, other, made)


def consequences(firm: Firm, late: str) -> dict[str, Changed]:
    """The certificates that a late statement has changed, once it is worked out, by their statements."""
    deadline = time.monotonic() + 20
    while True:
        answered = firm.get(paths.certificate_consequences(late))
        if answered.status_code == 200 and answered.json().get("settled", True):
            return {each["statement"]: each for each in items(answered)}
        assert time.monotonic() < deadline, answered.text
        time.sleep(0.05)


def issued(certified: Certified, asked: str, **more: Any) -> str:
    """A certificate that the ledger has issued; its statement."""
    answered = certified.refiner.post(
        paths.CERTIFICATES, {"batch": certified.made, "policy": asked, "asOf": str(DAY), **more}
    )
    assert answered.status_code == 201, answered.text
    return parse(answered.json()["statement"], complete=False).digest


def slug(answered: httpx.Response) -> str:
    return str(answered.json()["type"].rpartition(":")[2])
