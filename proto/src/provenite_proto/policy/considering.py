"""Which of the facts that a firm says a policy looks at, and which product and claims it does not know."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from .facts import Facts
from .model import Cost, Influence, Policy, Recovery, Value
from .own import as_told


class Unknown(msgspec.Struct, frozen=True):
    """A member of the facts in which something stands that the policy does not know, and what it knows: a clause."""

    member: Literal["product", "claims"]
    reason: str


def unknown(policy: Policy, facts: Facts) -> Iterator[Unknown]:
    """The product that the scope does not have, and each claim that is neither an exemption nor against one."""
    products = policy.scope.products
    if facts.product is not None and facts.product not in products:
        has = _listed(policy, products)
        yield Unknown(
            "product",
            f"{policy.id} has no product {facts.product!r}: it has {has}"
            if products
            else f"{policy.id} asks for no product: leave {facts.product!r} out",
        )
    exemptions = tuple(dict.fromkeys(each.id for each in policy.exemption))
    against = _against(policy)
    for claim in facts.claims:
        if claim in exemptions or claim in against:
            continue
        beside = f"; what can stand against them is {_listed(policy, against)}" if against else ""
        yield Unknown(
            "claims",
            f"{policy.id} has no exemption {claim!r}: it has {_listed(policy, exemptions)}{beside}"
            if exemptions
            else f"{policy.id} asks for no claims: leave {claim!r} out",
        )


def considered(policy: Policy, facts: Facts) -> Facts:
    """The facts that the policy looks at on some day: an assessment by these alone is the same."""
    tests = {type(test) for row in policy.row for test in row.test}
    claimed = [each for each in policy.exemption if each.id in facts.claims]
    counting = {each.id for each in claimed}.union(*(each.unless for each in claimed))
    weighed = {name for each in claimed for name in each.of}
    recovery = Recovery in tests
    return Facts(
        product=facts.product if policy.scope.products else None,
        acquired=facts.acquired if policy.ended else None,
        claims=tuple(each for each in facts.claims if each in counting),
        weights={name: part for name, part in facts.weights.items() if name in weighed},
        minerals=facts.minerals if Value in tests else (),
        cost=facts.cost if Cost in tests else None,
        holdings=facts.holdings if Influence in tests else None,
        whole=facts.whole if recovery else None,
        recovered=facts.recovered if recovery else {},
    )


def considers(policy: Policy, facts: Facts) -> bool:
    """Whether the policy looks at any of the facts."""
    return considered(policy, facts) != Facts()


def _against(policy: Policy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim for each in policy.exemption for claim in each.unless))


def _listed(policy: Policy, names: tuple[str, ...]) -> str:
    return ", ".join(as_told(policy.id, each) for each in names)
