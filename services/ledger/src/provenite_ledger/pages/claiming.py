"""The claim in one sentence, for whoever buys the material."""

import re
from collections.abc import Sequence

from provenite_proto.certificate import CertifiedFigure, Credential
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.matter.material import MATERIALS
from provenite_proto.matter.quantity import FRACTION_ONE, parts
from provenite_proto.policy import Policy, is_own, quoted

from .legible import shortened

MOST_NAMED = 5
"""Elements that are named one by one; of more the number is told."""
MOST_APART = 3
"""Elements of which each is told with its own figure."""
MOST_CLAUSES = 2
OWN_RULE = "a firm’s own rule"
_NONE = re.compile(r"(?P<no>no|not) (?P<what>.+)")
_PASSED = ("stage", "step")
_STAGE = re.compile(r"(?P<stage>[a-z ]+) outside of (?P<rest>.+)")
_KNOWN = re.compile(r"(\([ivx]+\) )?country of (?P<what>.+) known")
_CLASS = re.compile(r"of the class (?P<source>.+)")
_RECYCLED = re.compile(r"recycled content")
_RECOVERED = re.compile(r"(.+ )?(?P<how>recovered\b.*)")


def claim(credential: Credential, policy: Policy, longest: int) -> str:
    """What the certificate says, with the least of each test's figures; names take so many tenths of a letter.

    Only names of the catalogue become a part of the sentence. Those of a firm's own rule are quoted, whatever they say.
    """
    product = this(credential, policy)
    provenance = credential.provenance
    own = is_own(policy.id)
    if provenance.exemption is not None:
        titles = [each.title for each in policy.exemption if each.id == provenance.exemption]
        reason = shortened(titles[0] if titles else provenance.exemption, longest).rstrip(".")
        rule = OWN_RULE if own else "this rule"
        return (
            f"T{product[1:]} is exempt from {rule}, as its holder claims: "
            f"{quoted(reason) if own else reason}."
        )
    tests: dict[str, list[CertifiedFigure]] = {}
    for figure in provenance.figures:
        tests.setdefault(figure.test, []).append(figure)
    clauses = [
        (_of_own if own else _clause)(
            shortened(words(name), longest), figures, "it" if number else product
        )
        for number, (name, figures) in enumerate(tests.items())
    ]
    told = clauses[:MOST_CLAUSES]
    if rest := len(clauses) - len(told):
        told.append(f"{rest} more {'test is' if rest == 1 else 'tests are'} met, as below")
    sentence = _list(told, "; ", "; and ") or f"{product} meets this rule"
    if own:
        return f"By {OWN_RULE}, {sentence}."
    return f"{sentence[:1].upper()}{sentence[1:]}."


def this(credential: Credential, policy: Policy) -> str:
    """`this NdFeB magnet`; what its holder declares it to be is told as a kind of product."""
    name = credential.assessment.assessed_product[0].product.name
    if credential.provenance.product is not None:
        return f"this product ({product_name(name, policy)})"
    return f"this {_inside(product_name(name, policy))}"


def product_name(name: str, policy: Policy) -> str:
    """The name of a material, or of the product that its holder declares it to be.

    What neither a material nor a rule of the catalogue is about is a word of the holder's, and quoted.
    """
    if name in MATERIALS:
        return MATERIALS[name].name
    known = name in policy.scope.products and not is_own(policy.id)
    return words(name) if known else quoted(words(name))


def words(text: str) -> str:
    """An identifier in plain words."""
    for source in ("post", "pre"):
        text = text.replace(f"{source}_consumer", f"{source}-consumer")
    return text.replace("_", " ")


def at_least(figure: CertifiedFigure) -> str:
    """A figure's lower bound in per cent, rounded down to two decimals."""
    return hundredths(share(figure.lower) * 10_000 // FRACTION_ONE)


def hundredths(number: int) -> str:
    """So many hundredths of a per cent: `24.2 %`."""
    whole, rest = divmod(number, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + " %"


def share(text: str) -> int:
    """A share in parts per 10^9; a sum of rounded masses that is above 1 counts as 1."""
    return min(parts(text), FRACTION_ONE)


def _clause(test: str, figures: Sequence[CertifiedFigure], product: str) -> str:
    elements = [ELEMENTS[each.of].name for each in figures if each.of in ELEMENTS]
    if len(elements) < len(figures):
        return _of_the_whole(test, figures)
    least = min(figures, key=lambda each: share(each.lower))
    said = test.removeprefix("iron and boron: ")
    many = len(elements) > 1
    if share(least.lower) < FRACTION_ONE:
        how_much = f"at least {_how_much(figures, elements, least)}"
        return f"{how_much} in {product} {_predicate(said, 'is', 'was')}"
    if found := _NONE.fullmatch(said):
        verb = "was" if found["no"] == "not" else f"{_took(found['what'])} a"
        return f"none of the {_named(elements)} in {product} {verb} {found['what']}"
    verbs = ("are", "were") if many else ("is", "was")
    return f"all of the {_named(elements)} in {product} {_predicate(said, *verbs)}"


def _of_own(test: str, figures: Sequence[CertifiedFigure], product: str) -> str:
    """What a test of a firm's own is said to have found: its name is nobody's word but the firm's."""
    elements = [ELEMENTS[each.of].name for each in figures if each.of in ELEMENTS]
    if len(elements) < len(figures):
        return _of_the_whole(quoted(test), figures)
    least = min(figures, key=lambda each: share(each.lower))
    if share(least.lower) < FRACTION_ONE:
        how_much = f"at least {_how_much(figures, elements, least)}"
        return f"{how_much} in {product} meets {quoted(test)}"
    meets = "meet" if len(elements) > 1 else "meets"
    return f"all of the {_named(elements)} in {product} {meets} {quoted(test)}"


def _how_much(
    figures: Sequence[CertifiedFigure], elements: Sequence[str], least: CertifiedFigure
) -> str:
    """Each element with its own figure where there are few, otherwise all with the least."""
    differ = len({at_least(each) for each in figures}) > 1
    if differ and len(elements) <= MOST_APART:
        told = zip(figures, elements, strict=True)
        return _list([f"{at_least(each)} of the {name}" for each, name in told], ", ", " and ")
    each_of = "each of the " if len(elements) > 1 else "the "
    return f"{at_least(least)} of {each_of}{_named(elements)}"


def _of_the_whole(test: str, figures: Sequence[CertifiedFigure]) -> str:
    if any(each.below is not None for each in figures):
        return test
    least = min(figures, key=lambda each: share(each.lower))
    return f"{test}: at least {at_least(least)}"


def _predicate(test: str, present: str, past: str) -> str:
    """A test's name as what is said of matter; in quotes when it is none that the catalogue has."""
    if found := _NONE.fullmatch(test):
        verb = past if found["no"] == "not" else _took(found["what"])
        return f"{verb} {test}"
    if found := _STAGE.fullmatch(test):
        return f"went through {found['stage']} outside of {found['rest']}"
    if found := _KNOWN.fullmatch(test):
        return f"{present} of a known country of {found['what']}"
    if found := _CLASS.fullmatch(test):
        return f"{present} {found['source']} matter"
    if _RECYCLED.fullmatch(test):
        return f"{present} {test}"
    if found := _RECOVERED.fullmatch(test):
        return f"{past} {found['how']}"
    return f"{present} “{test}”"


def _took(what: str) -> str:
    return "went through" if what.startswith(_PASSED) else "involved"


def _named(elements: Sequence[str]) -> str:
    if len(elements) > MOST_NAMED:
        return f"{len(elements)} elements assessed"
    return _list(elements, ", ", " and ")


def _list(texts: Sequence[str], between: str, last: str) -> str:
    *others, final = texts or ("",)
    return f"{between.join(others)}{last}{final}" if others else final


def _inside(name: str) -> str:
    """A name as it is written inside a sentence: without its capital, unless it is a formula or an acronym."""
    first = name.partition(" ")[0]
    return name if first[1:] != first[1:].lower() else name[:1].lower() + name[1:]
