"""Firms' own rules: the example with another id and test, and one that would be taken for the law."""

import re

from provenite_proto.policy import EXAMPLE

_HEAD, _TEST = EXAMPLE.split("[[row.test]]\n")


def own_rule(name: str, test: str = _TEST, **members: str) -> str:
    """The example under the id `own.<name>`, with another test and what follows it, and with other members.

    Members are texts, those of the first table that has them.
    """
    head = _HEAD
    for member, value in {"id": f"own.{name}", **members}.items():
        head, found = re.subn(rf'(?m)^{member} = "[^"]*"', f'{member} = "{value}"', head, count=1)
        head, dated = re.subn(rf"(?m)^{member} = [0-9-]+", f"{member} = {value}", head, count=1)
        assert found + dated == 1, member
    return f"{head}[[row.test]]\n{test}"


OWN_RULE = own_rule(
    "acme.dfars",
    """kind = "share"
name = "no covered-nation stage"
lens = "source"
other = "good"
at_least = "1"
""",
    title="DFARS 252.225-7052: no covered nation",
    summary="What DFARS 252.225-7052 asks for is met.",
    verify_by="2099-01-01",
    as_of="2026-11-01",
    measure="any_stage",
).replace(
    '[[source]]\ntitle = "Acme purchasing rules"',
    'caveat = ["The Department of Defense ” accepts this certificate."]\n\n[[source]]\n'
    'title = "DFARS 252.225-7052 (48 CFR 252.225-7052), paragraphs (a) to (c)"',
)
