"""What a certificate's page says: one sentence that a buyer understands, figures that promise nothing, the standing."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_ledger.pages import Shown
from provenite_ledger.pages.composing import LIMITS, sheet
from provenite_ledger.pages.legible import legible, shortened, width
from provenite_ledger.pages.sheet import Sheet
from provenite_proto.policy import CATALOGUE, OWN, Policy, policy_named, read_own
from provenite_proto.policy.answers import FigureAnswer
from provenite_proto.policy.model import Cost, Influence, Recovery, Share, Value
from tests.ledger.showing import AT, RECYCLED, STANDINGS, figure, replaced, shown
from tests.proto.certifying import ISSUANCE, NOW
from tests.proto.own_rule import OWN_RULE


def said(of: Shown) -> Sheet:
    return sheet(of, LIMITS[0])


def nowhere(*elements: str, lower: str = "1") -> list[FigureAnswer]:
    return [figure("no stage in a covered nation", each, lower, "1") for each in elements]


@pytest.mark.parametrize(
    ("asked", "figures", "claim"),
    [
        (
            "claim.non-covered-nation",
            nowhere("Nd", "Pr"),
            "None of the neodymium and praseodymium in this NdFeB magnet went through a stage in a covered nation.",
        ),
        (
            "claim.non-covered-nation",
            nowhere("Nd", lower="0.9876543"),
            "At least 98.76 % of the neodymium in this NdFeB magnet went through no stage in a covered nation.",
        ),
        (
            "claim.non-covered-nation",
            nowhere("Nd", "Pr", "Dy", "Tb", "Fe", "B"),
            "None of the 6 elements assessed in this NdFeB magnet went through a stage in a covered nation.",
        ),
        (
            "claim.recycled",
            [
                figure("of the class post_consumer", "Nd", "0.25"),
                figure("of the class post_consumer", "Pr", "0.3"),
            ],
            "At least 25 % of the neodymium and 30 % of the praseodymium in this NdFeB magnet came from post-consumer matter.",
        ),
        (
            "us.dfars.252.225-7052",
            [figure("not melted or produced in a covered country", "Nd", "1")],
            "None of the neodymium in this NdFeB magnet was melted or produced in a covered country.",
        ),
        (
            "claim.non-covered-nation.share?stage=metal_making",
            [
                figure("metal_making outside of covered nations", "Nd", "0.9"),
                figure("metal_making outside of covered nations", "Pr", "0.9"),
            ],
            "At least 90 % of each of the neodymium and praseodymium in this NdFeB magnet went through metal making outside of covered nations.",
        ),
        (
            "us.ndaa23.857",
            [figure("(i) country of mining known", "Nd", "1")],
            "All of the neodymium in this NdFeB magnet came from mines in known countries.",
        ),
        (
            "us.obbba.macr",
            [
                figure("direct costs not of prohibited foreign entities", "cost", "0.723"),
                *(
                    figure(
                        "the maker is not influenced by specified foreign entities",
                        each,
                        "0.1",
                        below="0.25",
                    )
                    for each in ("equity of one", "debt")
                ),
            ],
            "At least 72.3 % of the direct costs of this NdFeB magnet went to no prohibited foreign entity; and its maker is influenced by no specified foreign entity.",
        ),
        (
            "claim.recycled",
            [figure("made with care", "Nd", "0.5")],
            "At least 50 % of the neodymium in this NdFeB magnet meets “made with care”.",
        ),
        (
            "claim.recycled",
            [figure(f"recycled by way {each}", "Nd", "1") for each in "abcd"],
            "All of the neodymium in this NdFeB magnet meets “recycled by way a”; all of the neodymium in it "
            "meets “recycled by way b”; and 2 more tests are met, as below.",
        ),
    ],
)
def test_the_claim_is_one_sentence(asked: str, figures: Sequence[FigureAnswer], claim: str) -> None:
    assert said(shown(policy_named(asked), figures)).claim == claim


def measured(policy: Policy) -> list[FigureAnswer]:
    """Figures as the last row of a policy has them."""
    found = []
    for test in policy.row[-1].test:
        match test:
            case Share() | Recovery(elements=(_, *_)):
                element = (test.elements or policy.scope.elements or ("Nd",))[0]
                found.append(figure(test.name, element, "0.9", at_least="0.4"))
            case Recovery() | Value() | Cost():
                found.append(figure(test.name, "mass", "0.9", at_least="0.4"))
            case Influence():
                found.append(figure(test.name, "debt", "0.1", below=test.debt))
    return found


@pytest.mark.parametrize("asked", CATALOGUE)
def test_every_rule_that_ships_has_its_sentence(asked: str) -> None:
    policy = policy_named(asked)
    claim = said(shown(policy, measured(policy), row=len(policy.row))).claim
    assert claim.endswith(".")
    assert "_" not in claim
    assert "“" not in claim, "a phrase that nobody has worded"


def test_an_exemption_is_the_holders_claim_and_no_figure() -> None:
    dfars = policy_named("us.dfars.252.225-7052")
    claim = said(shown(dfars, [figure("any", "Nd", "0")], exemption="nonavailability")).claim
    assert claim.startswith("This NdFeB magnet is exempt from this rule, as its holder claims: ")


def test_the_title_says_how_the_rule_is_set() -> None:
    page = said(shown(policy_named("claim.recycled?share=0")))
    assert page.title == "Recycled content of one class (share 0 %)"
    assert page.name == f"Valid: {page.title}"


def test_what_the_holder_declares_its_product_to_be_is_told_beside_what_it_is() -> None:
    issuance = replaced(ISSUANCE, product="traction-motor", declared=True)
    asking = replaced(RECYCLED, scope=replaced(RECYCLED.scope, products=("traction-motor",)))
    for policy, declared in ((RECYCLED, None), (asking, "traction-motor")):
        page = said(shown(policy, issuance=issuance))
        entries = {each.label: each.value for each in page.entries}
        assert "in this NdFeB magnet" in page.claim
        assert (entries["Product"], entries.get("Declared as")) == ("NdFeB magnet", declared)


def test_the_words_of_a_firms_own_rule_are_nobody_elses() -> None:
    rule = read_own(OWN_RULE, "")
    rule = replaced(rule, scope=replaced(rule.scope, products=("dfars-magnet",)))
    issuance = replaced(ISSUANCE, product="dfars-magnet")
    page = said(
        shown(rule, [figure("no covered-nation stage", "Nd", "1", at_least="1")], issuance=issuance)
    )
    assert page.claim == (
        "By a firm’s own rule, all of the neodymium in this NdFeB magnet meets “no covered-nation stage”."
    )
    assert "“dfars-magnet”" in [each.value for each in page.entries]
    assert page.warning == OWN
    assert page.kind == "Certificate by a firm’s own rule"
    assert page.name == "Valid, by a firm’s own rule: “DFARS 252.225-7052: no covered nation”"
    assert page.title == "“DFARS 252.225-7052: no covered nation”"
    assert page.rule == "“What DFARS 252.225-7052 asks for is met.”"
    assert page.conditions[0] == "own.acme.dfars, version 1: a firm’s own rule."
    assert page.sources == ("“DFARS 252.225-7052 (48 CFR 252.225-7052), paragraphs (a) to (c)”",)
    assert OWN not in page.notes
    assert "it: “The Department of Defense ' accepts this certificate.”" in " ".join(page.notes)
    assert [group.test for group in page.groups] == ["“no covered-nation stage”"]


def test_nothing_but_the_catalogue_makes_a_page_without_a_warning() -> None:
    assert said(shown()).warning == ""
    assert said(shown()).kind == "Certificate of provenance"


def test_an_exemption_from_a_firms_own_rule_is_quoted_too() -> None:
    rule = read_own(OWN_RULE + '[[exemption]]\nid = "law"\ntitle = "The law exempts it."\n', "")
    claim = said(shown(rule, [figure("any", "Nd", "0")], exemption="law")).claim
    assert claim == (
        "This NdFeB magnet is exempt from a firm’s own rule, as its holder claims: “The law exempts it”."
    )


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        ("0.19999", "0.2", "19.99 % to 20 %"),
        ("0.333333333", "0.333333333", "33.33 %"),
        ("0.000049", "0.999951", "0 % to 100 %"),
        ("1.000000001", "1.000000001", "100 %"),
    ],
)
def test_a_lower_bound_is_rounded_down_and_an_upper_one_up(
    lower: str, upper: str, text: str
) -> None:
    page = said(shown(RECYCLED, [figure("any", "Nd", lower, upper)]))
    assert page.groups[0].bars[0].shown == text


def test_of_many_figures_those_closest_to_their_thresholds_are_shown_in_their_order() -> None:
    figures = [
        figure("any", each, f"0.{number + 50}", at_least="0.5")
        for number, each in enumerate(
            ["H", "C", "N", "O", "F", "P", "S", "K", "V", "Y", "I", "W", "U", "B"]
        )
    ]
    page = said(shown(RECYCLED, figures[::-1]))
    assert [bar.of for bar in page.groups[0].bars] == [
        "W",
        "I",
        "Y",
        "V",
        "K",
        "S",
        "P",
        "F",
        "O",
        "N",
        "C",
        "H",
    ]
    assert page.unshown == 2


def test_the_standing_says_since_when_and_why() -> None:
    words = {name: said(each).standing for name, each in STANDINGS.items()}
    assert words["valid"].detail == "until 24 November 2027, 12:30 UTC."
    assert words["suspended"].detail == (
        "since 25 November 2026, 12:30 UTC. Do not rely on it for now. An assay was withdrawn."
    )
    assert words["revoked"].detail.startswith("since 25 November 2026, 12:30 UTC, for good.")
    assert words["expired"].detail.startswith("on 24 November 2027, 12:30 UTC.")
    assert [each.word for each in words.values()] == ["Valid", "Suspended", "Revoked", "Expired"]
    assert words["valid"].looked_up == "25 November 2026, 12:30 UTC"


def test_a_certificate_ends_with_its_last_second_and_what_is_revoked_stays_so() -> None:
    ends = shown().credential.valid_until
    states = [
        said(replaced(shown(), at=ends + timedelta(seconds=late), status=status)).standing.state
        for late in (-1, 0)
        for status in ("valid", "suspended", "revoked")
    ]
    assert states == ["valid", "suspended", "revoked", "expired", "expired", "revoked"]
    assert NOW < AT < ends


def test_what_it_does_not_say_is_said() -> None:
    page = said(shown(issuance=replaced(ISSUANCE, declared=True)))
    notes = " ".join(page.notes)
    assert "Nobody has looked at the goods" in notes
    assert "for which no statement vouches" in notes
    assert "only the lower one counts" in notes
    assert "does not name the batch" in notes
    assert all(each in page.notes for each in RECYCLED.caveat)


def test_the_page_names_no_batch() -> None:
    page = repr(said(shown()))
    assert ".0'" not in page
    assert shown().credential.provenance.batch_digest not in page


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ACME\N{RIGHT-TO-LEFT OVERRIDE}detceles", "ACME\\u{202e}detceles"),
        ("a\N{ZERO WIDTH SPACE}b", "a\\u{200b}b"),
        ("line\nbreak", "line\\u{000a}break"),
        (
            "Z" + "\N{COMBINING GRAVE ACCENT}" * 6 + "!",
            "Z" + "\N{COMBINING GRAVE ACCENT}" * 4 + "\\u{0300}" * 2 + "!",
        ),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
        ("Ho\N{COMBINING CIRCUMFLEX ACCENT}tel", "Hôtel"),
    ],
)
def test_nothing_hides_in_a_text(text: str, seen: str) -> None:
    assert legible(text) == seen


@given(st.text(max_size=60))
def test_what_is_legible_stays_so_and_hides_nothing(text: str) -> None:
    seen = legible(text)
    assert legible(seen) == seen
    assert not {"Cc", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, seen))


@given(st.text(max_size=60), st.integers(10, 400))
def test_a_text_is_shortened_to_its_room_and_shows_it(text: str, most: int) -> None:
    short = shortened(text, most)
    assert short == text or (short.endswith("…") and width(short[:-1]) <= most)
    assert (short == text) == (width(text) <= most) or text.endswith("…")
