"""The cases of `proto/vectors/shipment/`: what the law says of waste from here to there on a day."""

from collections.abc import Iterator
from typing import Any

Case = dict[str, Any]
MISSING = ("notification", "consent", "movement-document")
OECD = "OECD Decision C(2001)107, under Article 11 of the Basel Convention"
NON_PARTY = "Basel Convention, Article 4(5)"
CONSENT = "Basel Convention, Article 6"
NEW, OLD = "Regulation (EU) 2024/1157", "Regulation (EC) No 1013/2006"
MALAYSIA = (
    "Agreement of Malaysia and the United States on transboundary movement of hazardous waste,"
    " under Article 11 of the Basel Convention"
)
CANADA = (
    "Agreement of Canada and the United States on transboundary movement of hazardous waste (1986),"
    " under Article 11 of the Basel Convention"
)
EU_OECD = f"{NEW}, Articles 44 and 52(a)"


def case(
    way: str,
    code: str,
    date: str,
    outcome: str,
    hook: str | None = None,
    *,
    breach: str | None = None,
    missing: tuple[str, ...] = (),
    confidence: str = "high",
    purpose: str = "recovery",
    transit: tuple[str, ...] = (),
    evidence: tuple[str, ...] = (),
) -> Case:
    """A leg such as `GH US` of a code on a day, and what is expected of it."""
    exporter, importer = way.split()
    shipment: Case = {
        "from": exporter,
        "to": importer,
        "code": code,
        "date": date,
        "purpose": purpose,
    }
    if transit:
        shipment["transit"] = transit
    if evidence:
        shipment["evidence"] = evidence
    expected: Case = {"outcome": outcome, "confidence": confidence}
    if hook:
        expected["hook"] = hook
    if breach:
        expected["breach"] = breach
    if missing:
        expected["evidenceMissing"] = missing
    return {"shipment": shipment, "expected": expected}


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `shipment/` and the case."""
    for group in (_one_party, _no_party, _parties, _europe, _codes, _transit, _evidence, _unsure):
        for name, made in group():
            yield name, {"description": name.replace("-", " ").capitalize() + ".", **made}


def _one_party() -> Iterator[tuple[str, Case]]:
    yield (
        "ghana-to-the-united-states",
        case("GH US", "Y49", "2026-03-01", "barred", NON_PARTY, breach="GH"),
    )
    yield (
        "united-states-to-india",
        case("US IN", "Y49", "2025-01-01", "barred", NON_PARTY, breach="IN"),
    )
    yield (
        "united-states-to-germany",
        case(
            "US DE",
            "Y49",
            "2026-06-01",
            "allowed_with_consent",
            OECD,
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "korea-to-the-united-states",
        case("KR US", "A1181", "2026-06-01", "allowed_with_consent", OECD, missing=MISSING),
    )
    yield (
        "costa-rica-to-the-united-states",
        case(
            "CR US",
            "Y49",
            "2026-06-01",
            "allowed_with_consent",
            OECD,
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "costa-rica-before-it-was-in-the-oecd",
        case(
            "CR US",
            "A1160",
            "2021-05-24",
            "review",
            "Agreement on the transboundary movement of hazardous waste from Costa Rica to the"
            " United States, under Article 11 of the Basel Convention",
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "malaysia-to-the-united-states-hazardous",
        case(
            "MY US", "A1181", "2026-06-01", "review", MALAYSIA, missing=MISSING, confidence="medium"
        ),
    )
    yield (
        "malaysia-to-the-united-states-other-waste",
        case(
            "MY US", "Y49", "2026-06-01", "review", MALAYSIA, missing=MISSING, confidence="medium"
        ),
    )
    yield (
        "united-states-to-malaysia-has-no-agreement",
        case("US MY", "A1181", "2026-06-01", "barred", NON_PARTY, breach="MY"),
    )
    yield (
        "united-states-to-bulgaria",
        case("US BG", "Y49", "2026-06-01", "review", EU_OECD, missing=MISSING),
    )
    yield (
        "bulgaria-to-the-united-states",
        case("BG US", "A1181", "2026-06-01", "review", EU_OECD, missing=MISSING),
    )
    yield (
        "oecd-decision-is-for-recovery-only",
        case("US JP", "A1181", "2026-06-01", "barred", NON_PARTY, breach="JP", purpose="disposal"),
    )
    yield (
        "disposal-under-an-agreement",
        case("US CA", "A1181", "2026-06-01", "review", CANADA, missing=MISSING, purpose="disposal"),
    )


def _no_party() -> Iterator[tuple[str, Case]]:
    yield (
        "united-states-to-haiti",
        case("US HT", "A1181", "2026-06-01", "not_governed", NON_PARTY),
    )
    yield (
        "within-the-united-states-and-its-territories",
        case("PR US", "A1181", "2026-06-01", "domestic", "Basel Convention, Article 2(3)"),
    )
    yield (
        "hong-kong-to-china",
        case("HK CN", "Y49", "2026-06-01", "domestic", "Basel Convention, Article 2(3)"),
    )
    yield (
        "region-to-its-country",
        case("CN-XJ CN", "A1181", "2026-06-01", "domestic", "Basel Convention, Article 2(3)"),
    )


def _parties() -> Iterator[tuple[str, Case]]:
    yield (
        "thailand-to-japan",
        case("TH JP", "Y49", "2026-06-01", "allowed_with_consent", CONSENT, missing=MISSING),
    )
    yield (
        "ban-amendment",
        case("CL PE", "A1181", "2026-06-01", "barred", "Basel Convention, Article 4A", breach="CL"),
    )
    yield (
        "ban-amendment-on-its-last-free-day",
        case("CL PE", "A1180", "2019-12-04", "review", CONSENT, missing=MISSING, confidence="low"),
    )
    yield (
        "ban-amendment-on-its-first-day",
        case("CL PE", "A1180", "2019-12-05", "barred", "Basel Convention, Article 4A", breach="CL"),
    )
    yield (
        "ban-amendment-is-for-hazardous-waste",
        case("CL PE", "Y49", "2026-06-01", "allowed_with_consent", CONSENT, missing=MISSING),
    )
    yield (
        "ban-amendment-does-not-bind-who-has-not-ratified",
        case(
            "JP TH",
            "A1181",
            "2026-06-01",
            "allowed_with_consent",
            CONSENT,
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "ban-amendment-within-annex-vii",
        case("NO CR", "A1181", "2026-06-01", "allowed_with_consent", OECD, missing=MISSING),
    )
    yield (
        "import-prohibited-by-the-importer",
        case(
            "GH CN",
            "Y49",
            "2026-06-01",
            "barred",
            "Basel Convention, Article 4(1)(b); China, Law on Prevention of Environmental Pollution"
            " by Solid Waste, Article 24",
            breach="GH",
            confidence="medium",
        ),
    )
    yield (
        "import-before-the-importer-prohibited-it",
        case("GH CN", "Y47", "2020-12-31", "allowed_with_consent", CONSENT, missing=MISSING),
    )
    yield (
        "san-marino-on-its-last-day-outside",
        case("SM IT", "Y46", "2023-08-28", "barred", NON_PARTY, breach="IT"),
    )
    yield (
        "san-marino-on-its-first-day-as-a-party",
        case("SM IT", "Y46", "2023-08-29", "allowed_with_consent", CONSENT, missing=MISSING),
    )


def _europe() -> Iterator[tuple[str, Case]]:
    yield (
        "eu-to-china-under-the-old-regulation",
        case("DE CN", "Y49", "2025-02-01", "barred", f"{OLD}, Article 36(1)(b)", breach="DE"),
    )
    yield (
        "eu-to-ghana-on-the-last-day-of-the-old-regulation",
        case("DE GH", "A1181", "2026-05-20", "barred", f"{OLD}, Article 36(1)(a)", breach="DE"),
    )
    yield (
        "eu-to-ghana-on-the-first-day-of-the-new-regulation",
        case("DE GH", "A1181", "2026-05-21", "barred", f"{NEW}, Article 39(1)(a)", breach="DE"),
    )
    yield (
        "eu-to-switzerland",
        case("DE CH", "A1181", "2026-06-01", "allowed_with_consent", OECD, missing=MISSING),
    )
    yield (
        "eu-to-the-oecd-before-audits",
        case("DE JP", "A1181", "2027-05-20", "allowed_with_consent", OECD, missing=MISSING),
    )
    yield (
        "eu-to-the-oecd-with-audits",
        case(
            "DE JP",
            "A1181",
            "2027-05-21",
            "allowed_with_consent",
            OECD,
            missing=(*MISSING, "facility-audit"),
        ),
    )
    yield (
        "eu-to-liechtenstein",
        case("AT LI", "A1181", "2026-06-01", "review", f"{NEW}, Article 39(1)(a)", missing=MISSING),
    )
    yield (
        "eu-to-the-united-states-for-disposal",
        case(
            "DE US",
            "A1181",
            "2026-06-01",
            "barred",
            f"{NEW}, Article 37",
            breach="DE",
            purpose="disposal",
        ),
    )
    yield (
        "eu-to-norway-for-disposal",
        case(
            "DE NO",
            "A1181",
            "2026-06-01",
            "allowed_with_consent",
            CONSENT,
            missing=MISSING,
            purpose="disposal",
        ),
    )
    yield (
        "within-the-eu-hazardous",
        case(
            "DE BG",
            "A1181",
            "2026-06-01",
            "allowed_with_consent",
            f"{NEW}, Articles 4 and 9",
            missing=MISSING,
        ),
    )
    yield (
        "within-the-eu-other-electronics-in-2026",
        case(
            "DE BG",
            "Y49",
            "2026-12-31",
            "review",
            "Regulation (EU) 2024/3230, recital 4",
        ),
    )
    yield (
        "within-the-eu-other-electronics-in-2026-for-disposal",
        case(
            "DE BG",
            "Y49",
            "2026-12-31",
            "allowed_with_consent",
            f"{NEW}, Articles 4 and 9",
            missing=MISSING,
            purpose="disposal",
        ),
    )
    yield (
        "within-the-eu-green-electronics-in-2026-for-disposal",
        case(
            "DE BG",
            "GC020",
            "2026-12-31",
            "allowed_with_consent",
            f"{NEW}, Articles 4 and 9",
            missing=MISSING,
            purpose="disposal",
        ),
    )
    yield (
        "within-the-eu-other-electronics-in-2027",
        case(
            "DE BG",
            "Y49",
            "2027-01-01",
            "allowed_with_consent",
            f"{NEW}, Articles 4 and 9",
            missing=MISSING,
        ),
    )
    yield (
        "within-the-eu-green-electronics-in-2026",
        case(
            "DE BG",
            "GC020",
            "2026-12-31",
            "allowed",
            f"{NEW}, Article 18",
            missing=("annex-vii-document",),
        ),
    )
    yield (
        "within-the-eu-green-electronics-in-2027",
        case(
            "DE BG",
            "GC020",
            "2027-01-01",
            "allowed_with_consent",
            f"{NEW}, Articles 4 and 9",
            missing=MISSING,
        ),
    )
    yield (
        "green-electronics-out-of-the-eu",
        case(
            "DE US",
            "GC020",
            "2026-06-01",
            "allowed_with_consent",
            OECD,
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "black-mass-to-the-oecd",
        case(
            "PL KR",
            "EU191402",
            "2026-12-01",
            "allowed_with_consent",
            OECD,
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "black-mass-to-india",
        case(
            "PL IN",
            "EU191402",
            "2026-12-01",
            "barred",
            f"{NEW}, Article 39(1)(b)",
            breach="PL",
            confidence="medium",
        ),
    )
    yield (
        "black-mass-before-it-had-a-code",
        case("PL IN", "EU191402", "2026-11-08", "review", confidence="low"),
    )
    yield (
        "eu-code-without-the-eu",
        case(
            "KR JP",
            "EU191402",
            "2026-12-01",
            "review",
            "Decision 2000/532/EC",
            missing=MISSING,
            confidence="medium",
        ),
    )
    yield (
        "united-kingdom-as-a-member-state",
        case("GB GH", "A1180", "2020-01-31", "barred", f"{OLD}, Article 36(1)(a)", breach="GB"),
    )
    yield (
        "united-kingdom-after-it",
        case(
            "GB GH",
            "A1180",
            "2021-01-01",
            "barred",
            "Basel Convention, Article 4A",
            breach="GB",
            confidence="medium",
        ),
    )


def _codes() -> Iterator[tuple[str, Case]]:
    yield (
        "green-electronics-on-their-last-day",
        case("US TH", "B1110", "2024-12-31", "allowed", "Basel Convention, Annex IX"),
    )
    yield (
        "green-electronics-a-day-later",
        case("US TH", "B1110", "2025-01-01", "barred", NON_PARTY, breach="TH"),
    )
    yield (
        "lapsed-code-whose-successors-differ",
        case("CL PE", "B1110", "2025-01-01", "review", confidence="low"),
    )
    yield (
        "hazardous-electronics-by-their-old-code",
        case("GH US", "A1180", "2026-03-01", "barred", NON_PARTY, breach="GH"),
    )
    yield (
        "other-electronics-before-there-was-such-a-code",
        case("GH US", "Y49", "2024-12-31", "review", confidence="low"),
    )
    yield (
        "code-that-nobody-knows",
        case("GH US", "Z1", "2026-03-01", "review", confidence="low"),
    )
    yield (
        "entry-by-its-letter-hazardous",
        case("GH US", "A1010", "2026-03-01", "barred", NON_PARTY, breach="GH", confidence="medium"),
    )
    yield (
        "entry-by-its-letter-green",
        case(
            "GH US",
            "B1010",
            "2026-03-01",
            "allowed",
            "Basel Convention, Annex IX",
            confidence="medium",
        ),
    )
    yield (
        "metal-scrap-out-of-the-eu",
        case(
            "DE IN",
            "B1010",
            "2026-06-01",
            "review",
            f"{OLD}, Article 37, and Regulation (EC) No 1418/2007",
            confidence="medium",
        ),
    )
    yield (
        "metal-scrap-out-of-the-eu-to-listed-countries-only",
        case("DE IN", "B1010", "2027-05-21", "review", f"{NEW}, Article 40", confidence="medium"),
    )


def _transit() -> Iterator[tuple[str, Case]]:
    yield (
        "transit-that-has-not-consented",
        case(
            "US DE",
            "A1181",
            "2026-06-01",
            "review",
            "Basel Convention, Article 6(4)",
            missing=(*MISSING, "consent-eg"),
            transit=("EG",),
        ),
    )
    yield (
        "transit-that-has-consented",
        case(
            "US DE",
            "A1181",
            "2026-06-01",
            "allowed_with_consent",
            OECD,
            transit=("EG",),
            evidence=(*MISSING, "consent-eg"),
        ),
    )
    yield (
        "transit-through-no-party",
        case(
            "CA MX",
            "A1181",
            "2026-06-01",
            "allowed_with_consent",
            OECD,
            missing=MISSING,
            transit=("US",),
        ),
    )
    yield (
        "transit-does-not-lift-a-bar",
        case(
            "GH US",
            "Y49",
            "2026-03-01",
            "barred",
            NON_PARTY,
            breach="GH",
            transit=("BE",),
            evidence=(*MISSING, "consent-be"),
        ),
    )
    yield (
        "home-through-another-state",
        case(
            "RU RU",
            "A1181",
            "2026-06-01",
            "review",
            "Basel Convention, Article 6(4)",
            missing=("consent-lt",),
            transit=("LT",),
        ),
    )


def _evidence() -> Iterator[tuple[str, Case]]:
    yield (
        "all-the-evidence",
        case("TH JP", "Y49", "2026-06-01", "allowed_with_consent", CONSENT, evidence=MISSING),
    )
    for number, each in enumerate(MISSING):
        rest = (*MISSING[:number], *MISSING[number + 1 :])
        yield (
            f"without-{each}",
            case(
                "TH JP",
                "Y49",
                "2026-06-01",
                "allowed_with_consent",
                CONSENT,
                missing=(each,),
                evidence=rest,
            ),
        )
    yield (
        "consent-does-not-lift-a-bar",
        case("GH US", "Y49", "2026-03-01", "barred", NON_PARTY, breach="GH", evidence=MISSING),
    )


def _unsure() -> Iterator[tuple[str, Case]]:
    yield (
        "territory-of-which-the-source-says-nothing",
        case("KY GB", "A1181", "2026-06-01", "review", NON_PARTY, confidence="low"),
    )
    yield (
        "bound-by-the-ban-or-not",
        case("IS GH", "A1181", "2026-06-01", "review", CONSENT, missing=MISSING, confidence="low"),
    )
