"""The demo, run as a newcomer runs it: what it promises is in what it leaves behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provenite_proto.certificate import read_certificate

DEMO = Path(__file__).parents[2] / "sdk/python/examples/demo.py"

# Milligrams in 2000 kg of magnets, computed from the demo's figures by hand and by an independent script.
EXPECTED = {
    "Nd": {
        "origin": {"US": 309_810_182, "CN": 128_772_239, "unknown": 33_011_579},
        "source": {"primary": 338_907_712, "post_consumer": 99_674_709, "unknown": 33_011_579},
        "stage/separation": {
            "US": 210_135_473,
            "CN": 128_772_239,
            "none": 99_674_709,
            "unknown": 33_011_579,
        },
        "stage/leaching": {"US": 99_674_709, "none": 338_907_712, "unknown": 33_011_579},
        "stage/metal_making": {"GB": 438_582_421, "unknown": 33_011_579},
        "stage/forming": {"EE": 471_594_000},
    },
    "Pr": {
        "origin": {"US": 88_192_308, "CN": 41_661_923, "unknown": 11_003_769},
        "source": {"primary": 115_427_812, "post_consumer": 14_426_419, "unknown": 11_003_769},
        "stage/separation": {
            "US": 73_765_889,
            "CN": 41_661_923,
            "none": 14_426_419,
            "unknown": 11_003_769,
        },
        "stage/metal_making": {"GB": 129_854_231, "unknown": 11_003_769},
        "stage/forming": {"EE": 140_858_000},
    },
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, DEMO], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build/demo"


def read(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_what_comes_later(results: Path) -> None:
    found = read(results / "consequences.json")
    assert found["settled"]
    origins = [
        (change["before"], change["after"])
        for batch in found["items"]
        for change in batch["changes"]
        if change["lens"] == "origin"
    ]
    # The concentrate that was received, and the cathode made of it.
    assert [
        [(each["label"], each["mass"]) for each in labels] for pair in origins for labels in pair
    ] == [
        [("ZM", "3600")],
        [("unknown", "3600")],
        [("ZM", "3563.999564")],
        [("unknown", "3563.999564")],
    ]
    report = (results / "report.txt").read_text("utf-8")
    assert "before: quantities withheld" in report
    assert "after: 3564.356 kg of copper-cathode" in report


def test_shares_are_exact(results: Path) -> None:
    found = {
        element["element"]: {
            lens["lens"]: {
                label["label"]: round(float(label["mass"]) * 1_000_000) for label in lens["labels"]
            }
            for lens in element["lenses"]
        }
        for element in read(results / "content.json")["elements"]
    }
    for element, lenses in EXPECTED.items():
        for lens, labels in lenses.items():
            assert found[element][lens] == labels, (element, lens)


def test_the_trace_reaches_every_origin(results: Path) -> None:
    trace = read(results / "trace.json")
    entries = {
        (node["type"], node["country"])
        for node in trace["nodes"]
        if node["type"] in ("extraction", "collection")
    }
    assert entries == {("extraction", "US"), ("extraction", "CN"), ("collection", "US")}
    assert len(trace["nodes"]) == 12 + 9


def figures(assessment: Any) -> dict[str, tuple[str, str]]:
    """The bounds of each element's share."""
    return {each["of"]: (each["lowerShare"], each["upperShare"]) for each in assessment["figures"]}


def test_magnets_pass_the_rule_of_2026_and_fail_that_of_2027(results: Path) -> None:
    found = read(results / "assessments.json")
    before, after = found["defence-2026"], found["defence-2027"]
    assert before["batch"] == after["batch"] == read(results / "batch.json")["id"]
    assert before["policy"] == after["policy"] == "us.dfars.252.225-7052"
    assert (before["asOf"], before["row"], before["outcome"]) == ("2026-06-30", 1, "pass")
    assert (after["asOf"], after["row"], after["outcome"]) == ("2027-01-01", 2, "fail")
    assert set(figures(before).values()) == {("1", "1")}
    # In milligrams, as in EXPECTED: from the American mine for certain; not from the Chinese one for certain.
    whole, mined, chinese = 471_594_000, 210_135_473, 128_772_239
    assert figures(after) == {
        "Nd": (f"{mined / whole:.9f}", f"{1 - chinese / whole:.9f}"),
        "Fe": ("0", "1"),
        "B": ("0", "1"),
    }


def test_a_strict_claim_fails_for_the_record_that_is_missing(results: Path) -> None:
    found = read(results / "assessments.json")["not-from-china"]
    assert found["outcome"] == "fail"
    # One atom in a hundred is bought hydride: 11.27 kg with 500 kg of powder, by atomic weights.
    bought, powder = 11.27 * 144.242 / (144.242 + 2 * 1.008), 500 * 0.294633
    shares = figures(found)
    assert float(shares.pop("Nd")[0]) == pytest.approx(powder / (powder + bought), abs=1e-7)
    assert f"{bought / (powder + bought):.0%}" == "7%"
    assert shares == {"B": ("1", "1"), "Dy": ("1", "1"), "Fe": ("1", "1")}
    (gap,) = found["gaps"]
    assert (gap["fact"], gap["element"], gap["best"]) == ("origin", "Nd", "1")
    # The sintering of the magnets that were asked about: there the hydride came in.
    assert gap["at"] == found["batch"].rpartition(".")[0]
    assert gap["at"] in (results / "report.txt").read_text("utf-8")


def test_recycled_content_is_asked_of_each_batch_by_itself(results: Path) -> None:
    found = read(results / "assessments.json")
    reclaimed, enriched = found["recycled"], found["recycled-enriched"]
    assert {reclaimed["policy"], enriched["policy"]} == {"claim.recycled"}
    assert (reclaimed["outcome"], enriched["outcome"]) == ("pass", "fail")
    assert set(figures(reclaimed).values()) == {("1", "1")}
    assert figures(enriched) == figures(found["not-from-china"])


def test_the_maker_s_stock_is_told_by_country_and_source(results: Path) -> None:
    found = read(results / "portfolio.json")
    (neodymium,) = found["elements"]
    # The magnets and their swarf: the same matter, so the same shares as those of the magnets.
    assert found["batches"] == 2
    assert float(neodymium["mass"]) == 471.594 + 700 * 0.224007
    source, whole = EXPECTED["Nd"]["source"], 471_594_000
    for name, label in (("postConsumer", "post_consumer"), ("unknown", "unknown")):
        share = float(neodymium["source"][name]["share"])
        assert share == pytest.approx(source[label] / whole, abs=1e-8)
    mining = neodymium["stages"][0]
    assert (mining["stage"], mining["largest"]["country"]) == ("extraction", "US")
    mined = whole - source["post_consumer"]
    us = EXPECTED["Nd"]["stage/separation"]["US"]
    assert float(mining["largest"]["lower"]) == pytest.approx(us / mined, abs=1e-8)
    assert mining["largest"]["benchmark"] == "undecided"


def test_each_refusal_has_its_problem(results: Path) -> None:
    refusals = read(results / "refusals.json")
    slugs = {name: problem["type"].rpartition(":")[2] for name, problem in refusals.items()}
    assert slugs == {
        "copper": "element-created",
        "spent-twice": "insufficient-mass",
        "forged": "signature-invalid",
        "not-the-holder": "not-holder",
    }
    figures = refusals["copper"]["figures"]
    assert (figures["inKg"], figures["outKg"], figures["ratio"]) == ("9000", "9999", "111.1 %")


def test_a_barred_shipment_is_recorded_and_flagged(results: Path) -> None:
    found = read(results / "shipment.json")
    assert found["status"] == "in_transit"
    verdict = found["verdict"]
    assert (verdict["outcome"], verdict["breach"]) == ("barred", "GH")
    assert verdict["hook"] == "Basel Convention, Article 4(5)"
    home, *abroad = read(results / "alternatives.json")
    assert (home["way"], home["to"], home["verdict"]["outcome"]) == ("at_home", "GH", "domestic")
    assert "US" not in {each["to"] for each in abroad}
    assert {(each["way"], each["verdict"]["outcome"]) for each in abroad} == {
        ("elsewhere", "allowed_with_consent")
    }
    report = (results / "report.txt").read_text("utf-8")
    assert "recorded, and doubted: shipment-barred" in report
    assert "barred (GH in breach): Basel Convention, Article 4(5)" in report


CERTIFIED = ["cathode", "recycled-magnets"]
# The rule of 2026 is certified in that year only.
if datetime.now(UTC) < datetime(2027, 1, 1, tzinfo=UTC):
    CERTIFIED.insert(1, "magnets")


def test_what_passes_is_certified_and_nothing_else(results: Path) -> None:
    found = sorted(file.name for file in results.glob("*.certificate.*"))
    kinds = ("did.json", "html", "jwt", "pdf", "receipt", "statement", "status.jwt")
    assert found == [f"{name}.certificate.{kind}" for name in CERTIFIED for kind in kinds]
    for name in CERTIFIED:
        text = (results / f"{name}.certificate.jwt").read_text("ascii")
        said = read_certificate(text).credential
        page = (results / f"{name}.certificate.html").read_text("utf-8")
        assert said.credential_subject.issued_to_party.name in page
        assert (results / f"{name}.certificate.pdf").read_bytes().startswith(b"%PDF-")
        # Its batch is nowhere told, nor what it was made of.
        trace = read(results / "trace.json")
        for secret in (trace["batch"], *(node["statement"] for node in trace["nodes"])):
            assert secret not in read_certificate(text).secured.signed.decode() + page
    report = (results / "report.txt").read_text("utf-8")
    assert "enriched-magnets  refused: not-passed" in report


def test_a_certificate_falls_with_an_assay_upstream(results: Path) -> None:
    fallen, notice = read(results / "suspension.json"), read(results / "notice.json")
    assert fallen["status"] == notice["status"] == "suspended"
    assert notice["url"] == fallen["url"]
    assert notice["reason"] == fallen["reason"]
    assert fallen["reason"].startswith("As of 2026-06-30 the outcome is fail: Cu: ")
    assert "Suspended" in (results / "cathode.certificate.html").read_text("utf-8")
    assert notice["cause"] in (results / "report.txt").read_text("utf-8")


def test_a_draft_of_a_rule_tells_which_certificates_would_fall(results: Path) -> None:
    items = read(results / "policy-change.json")["items"]
    assert [(each["before"]["outcome"], each["after"]["outcome"]) for each in items] == [
        ("pass", "fail") for name in CERTIFIED if name == "magnets"
    ]


@pytest.mark.parametrize("name", CERTIFIED)
def test_an_auditor_computes_each_certificate_anew_from_files_alone(
    results: Path, name: str
) -> None:
    program = Path(sys.executable).with_name("provenite")
    command = ("verify", f"{name}.certificate.jwt", "--offline")
    beside = ("--recompute", f"{name}-auditor.pack.zip", "--did", "did.json")
    found = subprocess.run(
        [program, *command, *beside, "--status", "status.jwt", "--json"],
        cwd=results,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(found.stdout)
    checks = {each["subject"]: each["result"] for each in told["verdict"]["checks"]}
    assert (checks["signature"], checks["batch"], checks["recomputed"]) == ("holds",) * 3
    assert all(each["holds"] for each in told["figures"])
    fallen = name == "cathode"
    assert checks["status"] == ("false" if fallen else "holds")
    assert found.returncode == (1 if fallen else 0), found.stdout


def test_a_certificate_is_verified_without_the_ledger_as_written(results: Path) -> None:
    readme = (DEMO.parents[3] / "README.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    (written,) = [each for each in blocks if "--offline" in each]
    folder = results.parents[1]
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    done = subprocess.run(
        ["bash", "-euc", written], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("VALID\n")
    assert "magnets.certificate.statement and\n" in done.stdout


def audited(file: Path, *options: str) -> dict[str, Any]:
    """What the command finds in a pack; the ledger that made it is gone."""
    program = Path(sys.executable).with_name("provenite")
    found = subprocess.run(
        [program, "audit", file, "--json", *options], capture_output=True, text=True, check=False
    )
    assert found.returncode in (0, 2), found.stdout + found.stderr
    verdict: dict[str, Any] = json.loads(found.stdout)
    return verdict


def test_its_packs_are_audited_without_the_ledger(results: Path) -> None:
    verdicts = {file.name: audited(file) for file in results.glob("*.pack.zip")}
    assert sorted(verdicts) == [
        "cathode-auditor.pack.zip",
        "enriched-magnets-auditor.pack.zip",
        "magnets-auditor.pack.zip",
        "magnets-maker.pack.zip",
        "recycled-magnets-auditor.pack.zip",
        "waste-auditor.pack.zip",
    ]
    for verdict in verdicts.values():
        assert "failures" not in verdict.get("counts", {}), verdict
    # Firm by firm, and the registrar for their names, all was shown to the auditor. The maker is not shown what its suppliers took in; nor can it compute the content anew.
    maker = verdicts.pop("magnets-maker.pack.zip")
    assert "figures" not in maker["verified"]
    assert "content" in {each["check"] for each in maker["withheld"]}
    assert {each["what"] for each in maker.get("missing", ())} <= {"certificate"}
    for name, verdict in verdicts.items():
        assert "missing" not in verdict.get("counts", {}), verdict
        certified = [each["result"] for each in verdict.get("certificates", ())]
        assert certified == ["holds"] * (name.removesuffix("-auditor.pack.zip") in CERTIFIED)
        assert verdict["outcome"] == "verified", verdict
        assert verdict["verified"]["figures"] >= (1 if name.startswith("waste") else 20)
    report = (results / "report.txt").read_text("utf-8")
    assert "provenite audit build/demo/magnets-auditor.pack.zip" in report


@pytest.mark.parametrize(
    ("answered", "pack"),
    [
        ("defence-2026", "magnets"),
        ("defence-2027", "magnets"),
        ("not-from-china", "enriched-magnets"),
    ],
)
def test_an_auditor_finds_from_a_pack_alone_what_the_ledger_answered(
    results: Path, answered: str, pack: str
) -> None:
    said = read(results / "assessments.json")[answered]
    options = ("--assess", said["policy"], "--as-of", said["asOf"])
    (found,) = audited(results / f"{pack}-auditor.pack.zip", *options)["assessments"]
    # More statements are there by then, none of which is about the batch.
    assert found["found"] | {"size": 0} == said | {"size": 0}


def test_an_auditor_finds_the_certificate_for_old_magnets_and_that_which_fell(
    results: Path,
) -> None:
    policy = "claim.recycled?class=post_consumer&share=0.95"
    options = ("--assess", policy, "--as-of", "2026-06-30")
    verdict = audited(results / "recycled-magnets-auditor.pack.zip", *options)
    (found,), (certified,) = verdict["assessments"], verdict["certificates"]
    assert found["found"]["outcome"] == "pass"
    assert (certified["result"], certified["then"], certified["now"]) == ("holds", "pass", "pass")
    (fallen,) = audited(results / "cathode-auditor.pack.zip")["certificates"]
    assert (fallen["status"], fallen["then"], fallen["now"]) == ("suspended", "pass", "fail")


def test_an_auditor_finds_that_the_shipment_was_barred(results: Path) -> None:
    doubts = audited(results / "waste-auditor.pack.zip")["doubts"]
    (found,) = (each["finding"] for each in doubts if each["finding"]["slug"] == "shipment-barred")
    assert found["figures"]["hook"] == "Basel Convention, Article 4(5)"
    assert found["figures"]["breach"] == "GH"
    report = (results / "report.txt").read_text("utf-8")
    assert "shipment-barred: Basel Convention, Article 4(5)" in report


def test_the_report_is_for_people(results: Path) -> None:
    report = (results / "report.txt").read_text()
    assert "111.1 %" in report
    assert "post_consumer" in report
    assert "extraction CN" in report
    assert "assay-unusual: " in report or "balance-excess: " in report
    assert not [line for line in report.splitlines() if line != line.rstrip()]
    assert max(map(len, report.splitlines())) <= 80


def test_a_port_that_another_process_has_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, DEMO, "--serve"],
            cwd=tmp_path,
            env={**os.environ, "PROVENITE_PORT": port},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"The ledger did not start: port {port} of 127.0.0.1 is in use: "
        "stop what listens there, or set PROVENITE_PORT to another port\n"
    )
    assert [file.name for file in (tmp_path / "build").iterdir()] == ["run.lock"]


def test_what_is_stopped_leaves_the_results_as_they_were(tmp_path: Path) -> None:
    key = tmp_path / "build/demo/keys/mine.pem"
    key.parent.mkdir(parents=True)
    key.write_text("of an earlier run")
    with subprocess.Popen(
        [sys.executable, "-u", DEMO],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "firms enrolled" in line:
                break
        # Held in the middle, however slow the second one is.
        demo.send_signal(signal.SIGSTOP)
        second = subprocess.run(
            [sys.executable, DEMO], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        demo.send_signal(signal.SIGINT)
        demo.send_signal(signal.SIGCONT)
        _, said = demo.communicate(timeout=60)
    assert second.stderr == "build/demo is in use by another run of this: stop that first.\n"
    assert (demo.returncode, said) == (130, "Stopped; build/demo is as it was.\n")
    assert key.read_text() == "of an earlier run"
    assert sorted(file.name for file in (tmp_path / "build").iterdir()) == ["demo", "demo.lock"]
