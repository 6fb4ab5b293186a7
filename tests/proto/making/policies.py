"""The cases of `proto/vectors/policy/`: files of policies that are none, and the line on which that is seen."""

from collections.abc import Iterator

from .outcomes import Case

POLICY = """\
id = "own.firm.rule"
version = "1"
title = "Rule"
summary = "At least half."
jurisdiction = "worldwide"
status = "claim"
as_of = 2026-11-01
verify_by = 2027-11-01
date_basis = "claim"
measure = "element_mass"

[[source]]
title = "The firm's own"
confidence = "high"

[scope]
elements = ["Nd", "Pr"]
materials = ["ndfeb-magnet"]
products = ["motor", "drive"]

[parameter.share]
kind = "share"
title = "the share"
default = "0.5"

[[row]]
until = 2026-12-31
[[row.test]]
kind = "share"
name = "first"
lens = "own"
good = ["yes"]
bad = ["no"]
at_least = "$share"

[[row]]
from = 2027-01-01
[[row.test]]
kind = "share"
name = "second"
lens = "origin"
good = ["@us-fta"]
required = true
elements = ["Nd"]

[[exemption]]
id = "small"
title = "A small one"
of = ["magnets"]
below = "0.1"

[[lens]]
name = "own"
title = "Own"
[[lens.start]]
country = ["@covered-nation"]
label = "no"
[[lens.start]]
label = "yes"
[[lens.step]]
stage = ["refining"]
country = ["CN"]
label = "no"
"""

DEFINITION = (
    '{"as_of":"2026-11-01","date_basis":"claim","exemption":[{"below":"0.1","id":"small","of":['
    '"magnets"],"title":"A small one"}],"id":"own.firm.rule","jurisdiction":"worldwide","lens":[{"n'
    'ame":"own","start":[{"country":["@covered-nation"],"label":"no"},{"label":"yes"}],"step":['
    '{"country":["CN"],"label":"no","stage":["refining"]}],"title":"Own"}],"measure":"element_m'
    'ass","parameter":{"share":{"default":"0.5","kind":"share","title":"the share"}},"row":[{"t'
    'est":[{"at_least":"0.5","bad":["no"],"good":["yes"],"kind":"share","lens":"own","name":"fi'
    'rst"}],"until":"2026-12-31"},{"from":"2027-01-01","test":[{"elements":["Nd"],"good":["@us-'
    'fta"],"kind":"share","lens":"origin","name":"second","required":true}]}],"scope":{"element'
    's":["Nd","Pr"],"materials":["ndfeb-magnet"],"products":["motor","drive"]},"source":[{"conf'
    'idence":"high","title":"The firm\'s own"}],"status":"claim","summary":"At least half.","tit'
    'le":"Rule","verify_by":"2027-11-01","version":"1"}'
)
"""The definition of that policy, whose SHA-256 is the digest."""
DIGEST = "qWSMb6m3eaKk0DETiVWaXErczwgARb62gL4AiDgRtyM"


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `policy/` and the case."""
    yield (
        "well-formed",
        {
            "description": "The policy that the others spoil.",
            "policy": POLICY,
            "expected": {"definition": DEFINITION, "digest": DIGEST},
        },
    )
    for name, before, after, seen in _spoiled():
        assert POLICY.count(before) == 1, (name, before)
        text = POLICY.replace(before, after)
        yield (
            name,
            {
                "description": name.replace("-", " ").capitalize() + ".",
                "policy": text,
                "expected": {"line": text[: text.index(seen)].count("\n") + 1 if seen else 1},
            },
        )


def _spoiled() -> Iterator[tuple[str, str, str, str]]:
    """Name, what is replaced, by what, and where the line begins on which it is seen."""
    first = 'name = "first"'
    for name, before, after in (
        ("not-toml", 'title = "Rule"', 'title = Rule"'),
        ("member-twice", 'version = "1"', 'version = "1"\nid = "again"'),
        ("id-with-space", 'id = "own.firm.rule"', 'id = "own.firm rule"'),
        ("status-unknown", 'status = "claim"', 'status = "valid"'),
        ("date-as-text", "as_of = 2026-11-01", 'as_of = "2026-11-01"'),
        ("verify-before-as-of", "verify_by = 2027-11-01", "verify_by = 2026-10-31"),
        ("measure-unknown", 'measure = "element_mass"', 'measure = "guess"'),
        ("title-with-line-break", 'title = "Rule"', 'title = "Rule\\n"'),
        ("element-unknown", 'elements = ["Nd", "Pr"]', 'elements = ["Nd", "Xx"]'),
        ("material-unknown", 'materials = ["ndfeb-magnet"]', 'materials = ["magic"]'),
        ("parameter-default-of-another-kind", 'default = "0.5"', 'default = "1.5"'),
        ("parameter-set-in-the-file", 'default = "0.5"', 'default = "0.5"\nvalue = "0.4"'),
        ("parameter-kind-unknown", 'kind = "share"\ntitle = "the', 'kind = "colour"\ntitle = "the'),
        ("parameter-unknown", 'at_least = "$share"', 'at_least = "$part"'),
        ("threshold-above-one", 'at_least = "$share"', 'at_least = "1.1"'),
        ("threshold-as-number", 'at_least = "$share"', "at_least = 0.5"),
        ("lens-unknown", 'lens = "origin"', 'lens = "colour"'),
        ("label-in-two-lists", 'bad = ["no"]', 'bad = ["no", "yes"]'),
        ("label-that-the-lens-never-gives", 'bad = ["no"]', 'bad = ["not"]'),
        ("country-that-is-none", 'good = ["@us-fta"]', 'good = ["@us-fta", "UK"]'),
        ("region-of-a-lens-of-countries", 'good = ["@us-fta"]', 'good = ["CN-XJ"]'),
        ("group-unknown", 'good = ["@us-fta"]', 'good = ["@friends"]'),
        ("group-unknown-in-a-lens", 'country = ["@covered-nation"]', 'country = ["@foes"]'),
        ("product-unknown", "until = 2026-12-31", 'until = 2026-12-31\nproducts = ["car"]'),
        (
            "row-that-ends-before-it-begins",
            "until = 2026-12-31",
            "until = 2026-12-31\nfrom = 2027-01-01",
        ),
        ("element-out-of-scope", 'elements = ["Nd"]', 'elements = ["Dy"]'),
        ("lens-stage-unknown", 'stage = ["refining"]', 'stage = ["melting"]'),
        ("lens-country-unknown", 'country = ["CN"]', 'country = ["XX"]'),
        ("lens-as-one-that-ships", 'name = "own"\ntitle', 'name = "origin"\ntitle'),
        ("exemption-below-nothing", 'of = ["magnets"]\n', ""),
    ):
        changed = (
            next(line for line in after.split("\n") if line not in before.split("\n"))
            if after
            else ""
        )
        seen = {
            "row-that-ends-before-it-begins": "until = 2026-12-31",
            "exemption-below-nothing": "[[exemption]]",
            "parameter-default-of-another-kind": 'default = "1.5"',
            "parameter-set-in-the-file": 'value = "0.4"',
        }.get(name, changed)
        yield name, before, after, seen
    claimed = f'{first}\nclaim = "came from waste"'
    yield "claim-with-a-full-stop", first, f'{first}\nclaim = "Is good."', 'claim = "Is good."'
    yield "none-without-a-claim", first, f'{first}\nnone = "came from a mine"', 'none = "came from'
    yield (
        "one-name-with-two-claims",
        f'[[row.test]]\nkind = "share"\n{first}',
        '[[row.test]]\nkind = "share"\nname = "first"\nlens = "source"\ngood = ["post_consumer"]\n'
        f'[[row.test]]\nkind = "share"\n{claimed}',
        claimed,
    )
    yield "source-missing", '[[source]]\ntitle = "The firm\'s own"\nconfidence = "high"\n', "", ""
    yield "member-unknown", 'status = "claim"', 'status = "claim"\ncolour = "red"', ""
    yield (
        "test-kind-unknown",
        f'kind = "share"\n{first}',
        f'kind = "guess"\n{first}',
        'kind = "guess"',
    )
    yield "rows-with-a-gap", "from = 2027-01-01", "from = 2027-01-02", "[[row]]\nfrom"
    yield "rows-that-overlap", "from = 2027-01-01", "from = 2026-12-31", "[[row]]\nfrom"
    yield (
        "row-without-test",
        "[[exemption]]",
        "[[row]]\nfrom = 2028-01-01\n[[exemption]]",
        "[[row]]\nfrom = 2028",
    )
    yield (
        "nothing-is-good",
        'good = ["@us-fta"]\n',
        "",
        '[[row.test]]\nkind = "share"\nname = "second"',
    )
    yield "required-of-nothing", 'elements = ["Nd"]\n', "", "required = true"
    yield "lens-that-no-test-looks-through", 'lens = "own"', 'lens = "source"', 'name = "own"'
    yield (
        "lens-without-start",
        '[[lens.start]]\ncountry = ["@covered-nation"]\nlabel = "no"\n[[lens.start]]\nlabel = "yes"\n',
        "",
        "[[lens]]",
    )
