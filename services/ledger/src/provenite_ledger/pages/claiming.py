"""The claim in one sentence, for whoever buys the material."""

from collections.abc import Sequence

from provenite_proto.certificate import CertifiedFigure, Credential
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.matter.material import MATERIALS
from provenite_proto.matter.quantity import FRACTION_ONE, parts
from provenite_proto.policy import Policy, Row, is_own, quoted
from provenite_proto.policy.model import Cost, Influence, Recovery, Share, Test, Value
from provenite_proto.policy.wording import words

from .legible import shortened

MOST_NAMED = 5
"""Elements that are named one by one; of more the number is told."""
MOST_APART = 3
"""Elements of which each is told with its own figure."""
MOST_CLAUSES = 2
OWN_RULE = "a firm’s own rule"


def claim(credential: Credential, policy: Policy, longest: int) -> str:
    """What the certificate says, with the least of each test's figures; names take so many tenths of a letter.

    Only what the catalogue's tests claim becomes a part of the sentence. Names of tests of a firm's own rule are
    quoted, whatever they say, and so are those that claim nothing.
    """
    product = this(credential)
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
    worded = {} if own else _worded(policy.row[provenance.row - 1])
    clauses = [
        _clause(worded[name], figures, "it" if number else product)
        if name in worded
        else _quoting(shortened(words(name), longest), figures, "it" if number else product)
        for number, (name, figures) in enumerate(tests.items())
    ]
    told = clauses[:MOST_CLAUSES]
    if rest := len(clauses) - len(told):
        told.append(f"{rest} more {'test is' if rest == 1 else 'tests are'} met, as below")
    sentence = _list(told, "; ", "; and ") or f"{product} meets this rule"
    if own:
        return f"By {OWN_RULE}, {sentence}."
    return f"{sentence[:1].upper()}{sentence[1:]}."


def this(credential: Credential) -> str:
    """`this NdFeB magnet`."""
    return f"this {_inside(material_name(credential.assessment.assessed_product[0].product.name))}"


def material_name(name: str) -> str:
    """The name of a material; of one that is none of the table the quoted word."""
    return MATERIALS[name].name if name in MATERIALS else quoted(words(name))


def declared_name(product: str, policy: Policy) -> str:
    """What its holder declares a product to be: quoted, unless a rule of the catalogue calls it so."""
    known = product in policy.scope.products and not is_own(policy.id)
    return words(product) if known else quoted(words(product))


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


def _worded(row: Row) -> dict[str, Test]:
    return {test.name: test for test in row.test if test.claim is not None}


def _clause(test: Test, figures: Sequence[CertifiedFigure], product: str) -> str:
    least = min(figures, key=lambda each: share(each.lower))
    if (subject := _whole(test, product)) is not None:
        much = "all" if share(least.lower) == FRACTION_ONE else f"at least {at_least(least)}"
        said = subject if isinstance(test, Influence) else f"{much} of {subject}"
        return f"{said} {words(test.claim or '')}"
    elements = [_element(each.of) for each in figures]
    if share(least.lower) < FRACTION_ONE:
        how_much = f"at least {_how_much(figures, elements, least)}"
        return f"{how_much} in {product} {words(test.claim or '')}"
    if isinstance(test, Share) and test.none is not None:
        return f"none of the {_named(elements)} in {product} {words(test.none)}"
    return f"all of the {_named(elements)} in {product} {words(test.claim or '')}"


def _whole(test: Test, product: str) -> str | None:
    """What a test measures that is no element's mass."""
    match test:
        case Value():
            return f"the value of the critical minerals in {product}"
        case Cost():
            return _of(product, "direct costs")
        case Influence():
            return _of(product, "maker")
        case Recovery(elements=()):
            return _of(product, "mass")
        case _:
            return None


def _of(product: str, what: str) -> str:
    return f"its {what}" if product == "it" else f"the {what} of {product}"


def _quoting(test: str, figures: Sequence[CertifiedFigure], product: str) -> str:
    """What a test is said to have found whose name is nobody's word but that of whoever wrote the rule."""
    elements = [ELEMENTS[each.of].name for each in figures if each.of in ELEMENTS]
    if len(elements) < len(figures):
        return _of_the_whole(quoted(test), figures)
    least = min(figures, key=lambda each: share(each.lower))
    if share(least.lower) < FRACTION_ONE:
        how_much = f"at least {_how_much(figures, elements, least)}"
        return f"{how_much} in {product} meets {quoted(test)}"
    meets = "meet" if len(elements) > 1 else "meets"
    return f"all of the {_named(elements)} in {product} {meets} {quoted(test)}"


def _element(of: str) -> str:
    return ELEMENTS[of].name if of in ELEMENTS else words(of)


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
