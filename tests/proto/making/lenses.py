"""The cases of `proto/vectors/lens/`: a user's own lens, its id and its labels on a path, or what is wrong with it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from provenite_proto.statement import base64url

from .outcomes import Case

ABROAD = """
title = "Mined in CN and refined outside it"

[[start]]
on = ["extraction"]
country = ["CN"]
label = "mined"

[[start]]
on = ["untraced"]
label = "unknown"

[[start]]
label = "other"

[[step]]
stage = ["refining"]
from = ["mined"]
country = ["CN"]
label = "home"

[[step]]
stage = ["refining"]
from = ["mined"]
label = "abroad"
"""
ABROAD_RULES = (
    '{"start":[{"country":["CN"],"label":"mined","on":["extraction"]},'
    '{"label":"unknown","on":["untraced"]},{"label":"other"}],'
    '"step":[{"country":["CN"],"from":["mined"],"label":"home","stage":["refining"]},'
    '{"from":["mined"],"label":"abroad","stage":["refining"]}]}'
)
MET = """
title = "Countries passed through"
id = "mine"

[[start]]
label = "{country}"

[[step]]
controllers = ["CN", "RU"]
label = "controlled+{controllers}"
join = true

[[step]]
label = "{country}"
join = true
"""
MET_RULES = (
    '{"start":[{"label":"{country}"}],'
    '"step":[{"controllers":["CN","RU"],"join":true,"label":"controlled+{controllers}"},'
    '{"join":true,"label":"{country}"}]}'
)
RULE = '[[start]]\nlabel = "{}"\n'


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `lens/` and the case."""
    yield (
        "abroad",
        _read(
            "The first rule that matches decides; a step that no rule matches keeps the label.",
            ABROAD,
            ABROAD_RULES,
            ({"region": "CN-JX", "entry": "extraction", "stage": "extraction"}, "mined"),
            ({"region": "CN", "stage": "separation"}, "mined"),
            ({"region": "MY", "stage": "refining"}, "abroad"),
            ({"region": "CN", "stage": "refining"}, "abroad"),
        ),
    )
    yield (
        "region",
        _read(
            "A region is compared as it was recorded, a country without its region.",
            'title = "T"\n[[start]]\nregion = ["CN-XJ"]\nlabel = "there"\n[[start]]\nlabel = "elsewhere"\n'
            '[[step]]\nregion = ["CN"]\nlabel = "somewhere"\n[[step]]\ncountry = ["CN"]\nlabel = "within"\n',
            '{"start":[{"label":"there","region":["CN-XJ"]},{"label":"elsewhere"}],'
            '"step":[{"label":"somewhere","region":["CN"]},{"country":["CN"],"label":"within"}]}',
            ({"region": "CN-XJ", "entry": "extraction", "stage": "extraction"}, "there"),
            ({"region": "CN", "stage": "separation"}, "somewhere"),
            ({"region": "CN-XJ", "stage": "separation"}, "within"),
            ({"region": "US", "stage": "separation"}, "within"),
        ),
    )
    met = [{"region": country, "stage": "repacking"} for country in ("PE", "US", "JP", "DE", "ZA")]
    yield (
        "joined",
        _read(
            "Members are joined in code-point order; more than eight are many, and stay so.",
            MET,
            MET_RULES,
            ({"region": "CL", "entry": "extraction", "stage": "extraction"}, "CL"),
            ({"region": "CL", "stage": "repacking", "controllers": ["CL"]}, "CL"),
            (
                {"region": "DE", "stage": "repacking", "controllers": ["unknown", "CN"]},
                "CL+CN+controlled+unknown",
            ),
            (met[0], "CL+CN+PE+controlled+unknown"),
            (met[1], "CL+CN+PE+US+controlled+unknown"),
            (met[2], "CL+CN+JP+PE+US+controlled+unknown"),
            (met[3], "CL+CN+DE+JP+PE+US+controlled+unknown"),
            (met[4], "many"),
            (met[0], "many"),
        ),
    )
    yield from _malformed()


def _malformed() -> Iterator[tuple[str, Case]]:
    title = 'title = "T"\n'
    start = title + RULE.format("x")
    for name, text, pointer in (
        ("not-toml", "title = ", ""),
        ("key-of-1025-parts", ".".join("a" * 1026) + " = 1", ""),
        ("65537-bytes", title + "#" * (65_537 - len(title)), ""),
        ("no-title", RULE.format("x"), ""),
        ("empty-title", 'title = ""\n' + RULE.format("x"), "/title"),
        ("no-start", title + "start = []", "/start"),
        ("each", 'each = "stage"\n' + start, ""),
        ("65-rules", title + RULE.format("x") * 65, "/start"),
        ("label-of-65", title + RULE.format("x" * 65), "/start/0/label"),
        ("label-empty", title + RULE.format(""), "/start/0/label"),
        ("label-with-space", title + RULE.format("a b"), "/start/0/label"),
        ("placeholder-unknown", title + RULE.format("{place}"), "/start/0/label"),
        ("placeholder-open", title + RULE.format("{country"), "/start/0/label"),
        ("label-is-no-text", title + "[[start]]\nlabel = 1", "/start/0/label"),
        ("from-at-the-start", start + 'from = ["x"]', "/start/0/from"),
        ("join-at-the-start", start + "join = true", "/start/0/join"),
        ("on-at-a-step", start + '[[step]]\nlabel = "x"\non = ["untraced"]', "/step/0/on"),
        ("stage-unknown", start + '[[step]]\nlabel = "x"\nstage = ["melting"]', "/step/0/stage/0"),
        ("country-unknown", start + 'country = ["XX"]', "/start/0/country/0"),
        ("region-lower-case", start + 'region = ["cn-xj"]', "/start/0/region/0"),
        ("region-of-no-country", start + 'region = ["XX-1"]', "/start/0/region/0"),
        ("country-with-region", start + 'country = ["CN-XJ"]', "/start/0/country/0"),
        ("condition-empty", start + "country = []", "/start/0/country"),
        ("condition-unknown", start + 'colour = ["red"]', "/start/0"),
    ):
        yield (
            name,
            {
                "description": name.replace("-", " ").capitalize() + ".",
                "lens": text,
                "expected": {"problem": "lens-malformed", "pointer": pointer},
            },
        )


def _read(description: str, text: str, rules: str, *path: tuple[dict[str, Any], str]) -> Case:
    return {
        "description": description,
        "lens": text,
        "events": [event for event, _ in path],
        "expected": {
            "id": f"own/{base64url.encode(sha256(rules.encode()).digest())}",
            "labels": [label for _, label in path],
        },
    }
