"""The rules by which a shipment of waste is judged, in their order: the first that has a verdict decides."""

from collections.abc import Callable
from datetime import date

from .case import Case
from .leg import Verdict
from .national import agreement, import_ban

OECD_DECISION = "OECD Decision C(2001)107, under Article 11 of the Basel Convention"
BAN_SINCE = date(2019, 12, 5)
"""The day on which Article 4A of the Basel Convention entered into force."""
LISTED_ONLY = date(2027, 5, 21)
"""From then the EU exports green waste only to countries of its list (Regulation (EU) 2024/1157, Article 40)."""
NO_GREEN_ELECTRONICS = date(2027, 1, 1)
"""From then GC010 and GC020 are no codes within the EU any more (Regulation (EU) 2024/3230, recital 4)."""


def eu_disposal(case: Case) -> Verdict | None:
    """The EU exports waste for disposal to EFTA only."""
    if not case.leaves_eu or case.leg.purpose != "disposal" or case.importer.efta.member:
        return None
    return case.verdict(
        "barred",
        "The EU exports waste for disposal to EFTA states only.",
        case.regulation("Article 37", "Article 34"),
        case.exporter.eu,
        case.importer.eu,
        breach=case.exporter.code,
    )


def within_eu(case: Case) -> Verdict | None:
    """Between Member States the EU's regulation alone decides."""
    if not (case.exporter.eu.member and case.importer.eu.member):
        return None
    facts = (case.exporter.eu, case.importer.eu)
    recovery = case.leg.purpose == "recovery"
    if case.code.list == "eu_green" and recovery:
        rule = case.regulation("Article 18", "Article 18")
        return case.verdict(
            "allowed", "Within the EU the code needs a document and no consent.", rule, *facts
        )
    if case.code.list in {"annex_ix", "oecd_green"} and recovery:
        rule = case.regulation("Articles 4 and 18", "Articles 3 and 18")
        return case.verdict(
            "allowed", "Green-listed waste moves within the EU without consent.", rule, *facts
        )
    if case.code.code == "Y49" and recovery and case.leg.day < NO_GREEN_ELECTRONICS:
        return case.verdict(
            "review",
            "Within the EU such waste is GC010 or GC020 until 31 December 2026, which need a document and no consent: "
            "ask with that code.",
            "Regulation (EU) 2024/3230, recital 4",
            *facts,
            needed=(),
        )
    return case.verdict(
        "allowed_with_consent",
        "Within the EU the waste moves with notification and consent.",
        case.regulation("Articles 4 and 9", "Articles 3 and 9"),
        *facts,
    )


def oecd_code(case: Case) -> Verdict | None:
    """A code of the OECD's green list says nothing outside the OECD."""
    if case.code.list != "oecd_green":
        return None
    facts = (case.exporter.oecd, case.importer.oecd)
    if case.in_oecd:
        return case.verdict(
            "allowed",
            "Green-listed waste moves within the OECD without consent.",
            OECD_DECISION,
            *facts,
        )
    return case.verdict(
        "review",
        f"{case.code.code} is a code of the OECD: outside of it the waste has another.",
        OECD_DECISION,
        *facts,
    )


def not_controlled(case: Case) -> Verdict | None:
    """Waste of Annex IX is not controlled by the Basel Convention; the EU looks at it all the same."""
    if case.code.list != "annex_ix":
        return None
    facts = (case.exporter.eu, case.importer.eu, case.importer.oecd)
    if case.leaves_eu and case.code.code == "B3011":
        return case.verdict(
            "review",
            "Plastic waste leaves the EU with consent, or not at all.",
            case.regulation("Articles 39(1)(d) and 44(2)(c)", "Article 37"),
            *facts,
        )
    if case.leaves_eu and not case.importer.oecd.member:
        listed = case.leg.day >= LISTED_ONLY
        return case.verdict(
            "review",
            "Which green-listed waste the EU exports outside the OECD depends on the country.",
            "Regulation (EU) 2024/1157, Article 40"
            if listed
            else "Regulation (EC) No 1013/2006, Article 37, and Regulation (EC) No 1418/2007",
            *facts,
        )
    return case.verdict(
        "allowed",
        f"{case.code.code} is not controlled on that day.",
        "Basel Convention, Annex IX",
        *(facts if case.exporter.eu.member else ()),
    )


def eu_code(case: Case) -> Verdict | None:
    """A code of the EU's list says nothing where the EU takes no part."""
    if case.code.list != "eu_hazardous" or case.exporter.eu.member or case.importer.eu.member:
        return None
    return case.verdict(
        "review",
        f"{case.code.code} is a code of the EU, which takes no part: the waste has another.",
        "Decision 2000/532/EC",
        case.exporter.eu,
        case.importer.eu,
    )


def neither_party(case: Case) -> Verdict | None:
    """Between states that are no Parties the Basel Convention is silent."""
    if case.exporter.party.member or case.importer.party.member:
        return None
    return case.verdict(
        "not_governed",
        "Neither state is a Party to the Basel Convention: their own laws decide.",
        "Basel Convention, Article 4(5)",
        case.exporter.party,
        case.importer.party,
    )


def one_party(case: Case) -> Verdict | None:
    """A Party trades waste with a state that is none only under an agreement (Articles 4(5) and 11)."""
    exporter, importer = case.exporter, case.importer
    if exporter.party.member == importer.party.member:
        return None
    facts = (exporter.party, importer.party)
    if case.in_oecd:
        unsettled = ("medium",) if case.code.list == "annex_ii" else ()
        return case.verdict(
            "allowed_with_consent",
            "Both are members of the OECD, whose Decision is an agreement for recovery.",
            OECD_DECISION,
            *facts,
            exporter.oecd,
            importer.oecd,
            *unsettled,
        )
    if edge := agreement(exporter.code, importer.code, case.leg.day):
        reaches = (
            "it needs consent, and its terms have to be read"
            if case.hazardous
            else "it speaks of hazardous waste, and whether it reaches this waste is not established"
        )
        return case.verdict(
            "review",
            f"There is an agreement of {exporter.code} and {importer.code}: {reaches}.",
            f"{edge.title}, under Article 11 of the Basel Convention",
            *facts,
            edge.confidence,
        )
    outside = importer if exporter.oecd.member else exporter
    member = importer if outside is exporter else exporter
    if outside.eu.member and member.oecd.member and case.leg.purpose == "recovery":
        return case.verdict(
            "review",
            f"EU law lets {outside.code} trade with members of the OECD, but it is none itself.",
            case.regulation("Articles 44 and 52(a)", "Articles 38 and 43(1)(a)"),
            *facts,
            outside.eu,
            outside.oecd,
        )
    party, other = (exporter, importer) if exporter.party.member else (importer, exporter)
    return case.verdict(
        "barred",
        f"{party.code} is a Party to the Basel Convention, {other.code} is none, and no agreement is known.",
        "Basel Convention, Article 4(5)",
        *facts,
        breach=party.code,
    )


def eu_export(case: Case) -> Verdict | None:
    """The EU exports no hazardous and no Annex II waste outside the OECD."""
    importer = case.importer
    if not case.leaves_eu or importer.oecd.member:
        return None
    facts = (case.exporter.eu, importer.eu, importer.oecd)
    point = "(c)" if case.code.list == "annex_ii" else "(b)"
    rule = case.regulation(
        f"Article 39(1){'(a)' if case.code.list == 'annex_viii' else point}",
        f"Article 36(1){'(b)' if case.code.list == 'annex_ii' else '(a)'}",
    )
    if importer.efta.member:
        return case.verdict(
            "review",
            f"{importer.code} is no member of the OECD, and a member of EFTA.",
            rule,
            *facts,
        )
    return case.verdict(
        "barred",
        f"The EU exports no such waste to {importer.code}, to which the OECD Decision does not apply.",
        rule,
        *facts,
        breach=case.exporter.code,
    )


def ban_amendment(case: Case) -> Verdict | None:
    """States of Annex VII that are bound by Article 4A export no hazardous waste to other states."""
    exporter, importer = case.exporter, case.importer
    bound = exporter.ban.member and exporter.annex_vii.member and case.leg.day >= BAN_SINCE
    if case.code.list != "annex_viii" or not bound or importer.annex_vii.member:
        return None
    return case.verdict(
        "barred",
        f"{exporter.code} is bound by the Ban Amendment, and {importer.code} is not in Annex VII.",
        "Basel Convention, Article 4A",
        exporter.ban,
        exporter.annex_vii,
        importer.annex_vii,
        breach=exporter.code,
    )


def own_ban(case: Case) -> Verdict | None:
    """Parties prohibit exports to a Party that lets no such waste in (Article 4(1)(b))."""
    ban = import_ban(case.importer.code, case.code.list, case.leg.day)
    if ban is None:
        return None
    return case.verdict(
        "barred",
        f"{case.importer.code} prohibits the import of such waste.",
        f"Basel Convention, Article 4(1)(b); {ban.title}",
        case.exporter.party,
        case.importer.party,
        ban.confidence,
        breach=case.exporter.code,
    )


def consent(case: Case) -> Verdict:
    """Between Parties waste moves with prior informed consent."""
    exporter, importer = case.exporter, case.importer
    facts = [exporter.party, importer.party]
    if case.code.list == "annex_viii" and not importer.annex_vii.member:
        facts += [exporter.ban, importer.annex_vii]
    if case.in_oecd:
        return case.verdict(
            "allowed_with_consent",
            "Both are Parties and members of the OECD: the waste moves with consent.",
            OECD_DECISION,
            *facts,
            exporter.oecd,
            importer.oecd,
            *(("medium",) if case.code.list == "annex_ii" else ()),
        )
    return case.verdict(
        "allowed_with_consent",
        "Both are Parties: the waste moves with notification and consent.",
        "Basel Convention, Article 6",
        *facts,
    )


RULES: tuple[Callable[[Case], Verdict | None], ...] = (
    eu_disposal,
    within_eu,
    oecd_code,
    not_controlled,
    eu_code,
    neither_party,
    one_party,
    eu_export,
    ban_amendment,
    own_ban,
    consent,
)
"""Every rule; `consent` has a verdict of everything that comes to it."""
