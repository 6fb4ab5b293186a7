"""The command that assesses: whether a batch meets a policy, by which figures, and what is missing."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import typer

from provenite_proto.policy import Policy, unknown
from provenite_proto.statement.wording import in_words

from .. import AssessmentAnswer, Facts
from .asking import BatchArgument, check_batch
from .assessed import assessment_lines
from .connecting import Connection
from .facts_file import read_facts
from .failing import failures, misused
from .options import AsOf, Claims, FactsFile, PolicyAsked, Product
from .policies import asked_of, policy_of
from .showing import AsJson, print_json
from .terminal import console


def assess(
    context: typer.Context,
    batch: BatchArgument,
    policy: PolicyAsked,
    as_of: AsOf = None,
    facts: FactsFile = None,
    product: Product = None,
    claim: Claims = None,
    as_json: AsJson = False,
) -> None:
    """Assess a batch by a policy.

    The outcome, the figures that it follows from, and which missing facts keep it from being better: once one is
    there, the figure is at least so much if the matter that it is about counts, and at most so much if it does not.
    """
    connection: Connection = context.obj
    check_batch(batch)
    said = said_facts(facts, product, claim or ())
    with failures(as_json), connection.client(connection.signer()) as client:
        if said is not None and (known := policy_of(client, policy, as_json=as_json)) is not None:
            check_known(known, said)
        found = client.assessment(
            batch,
            asked_of(client, policy, as_json=as_json),
            as_of=as_of,
            facts=said,
        )
    if as_json:
        print_json(found)
    else:
        show(found)


def said_facts(file: Path | None, product: str | None, claims: Iterable[str]) -> Facts | None:
    """What somebody says of the product, by a file and by options; nothing when neither says anything."""
    claims = tuple(claims)
    if file is None and product is None and not claims:
        return None
    said = Facts() if file is None else read_facts(file)
    try:
        changed = msgspec.structs.replace(
            said, product=product or said.product, claims=(*said.claims, *claims)
        )
        return msgspec.convert(msgspec.to_builtins(changed), Facts)
    except msgspec.ValidationError as error:
        reason, _, _ = str(error).partition(" - at ")
        misused(
            f"--product and --claim: {in_words(reason)}, not {', '.join(filter(None, (product, *claims)))}"
        )


def check_known(policy: Policy, said: Facts) -> None:
    """Say of a product or a claim that the policy does not know what it knows."""
    for each in unknown(policy, said):
        misused(f"{each.reason}. `provenite policy explain {policy.id}` says what it asks")


def show(found: AssessmentAnswer) -> None:
    """The batch, the outcome, and what it follows from."""
    out = console()
    style = {"pass": "bold green", "fail": "bold red"}.get(found.outcome, "bold yellow")
    out.print(found.batch, soft_wrap=True)
    out.print(found.outcome.replace("_", " "), style=style)
    for line in assessment_lines(found):
        out.print(line, soft_wrap=True)
