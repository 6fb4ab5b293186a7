"""Anyone verifies a certificate with the command, and an auditor has it compute each anew from a pack."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
from rich.console import Console

from provenite.cli.certified import Verified
from provenite.cli.terminal import WIDTH, wrapped
from provenite_proto import paths
from provenite_proto.certificate import Result, did_url, read_certificate

OUTCOMES = {0: "valid", 1: "not to be relied on", 2: "not all could be checked"}
_STYLES = {0: "bold green", 1: "bold red"}


@dataclass(frozen=True)
class Checked:
    """What the command found of a certificate and a pack, files in one folder, and the code with which it exited."""

    certificate: str
    pack: str
    code: int
    found: Verified


def keep_public(certificate: Path) -> None:
    """Keep beside a certificate what its ledger serves to all: the issuer's keys, its status list of now, the log's key."""
    read = read_certificate(certificate.read_text("ascii"))
    listed = read.credential.credential_status.status_list_credential
    for url, name in ((did_url(read.origin), "did.json"), (listed, "status.jwt")):
        answer = httpx.get(url, headers={"Accept": "application/vc+jwt, */*"})
        certificate.with_name(name).write_bytes(answer.raise_for_status().content)
    log = httpx.get(f"{read.origin}{paths.LOG_STATE}").raise_for_status().json()
    certificate.with_name("log-key.txt").write_text(f"{log['key']}\n", "ascii")


def verify(names: Sequence[str], folder: Path) -> tuple[Checked, ...]:
    """Verify the certificates of these names, each with the auditor's pack of its batch."""
    return tuple(
        _verified(f"{name}.certificate.jwt", f"{name}-auditor.pack.zip", folder) for name in names
    )


def _verified(certificate: str, pack: str, folder: Path) -> Checked:
    command = Path(sys.executable).with_name("provenite")
    done = subprocess.run(
        [command, "verify", certificate, "--recompute", pack, "--json"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if done.returncode not in OUTCOMES:
        raise SystemExit(f"provenite verify {certificate}: {done.stderr.decode()}")
    found = msgspec.json.decode(done.stdout, type=Verified, strict=False)
    return Checked(certificate, pack, done.returncode, found)


def show(console: Console, found: Sequence[Checked], folder: Path) -> None:
    """The scene for people."""
    console.print("\nCertificates verified, and computed anew from the auditor's packs\n")
    for each in found:
        if each is not found[0]:
            console.print()
        console.print(
            f"provenite verify {folder / each.certificate} \\", markup=False, soft_wrap=True
        )
        console.print(f"  --recompute {folder / each.pack}", soft_wrap=True)
        style = _STYLES.get(each.code, "bold yellow")
        console.print(f"  [{style}]{OUTCOMES[each.code]}[/]")
        for line in _lines(each.found):
            console.print(wrapped(line, WIDTH, "  "))
    console.print(
        wrapped(
            "Why: the auditor believes neither the ledger nor the certificate: every figure follows from "
            "statements that firms signed, by the rules of the policy, or the command says that it does not. "
            "Once this ledger is gone, add what it serves to all, which lies beside them:",
            WIDTH,
            "  ",
        )
    )
    console.print(f"  --offline --did {folder}/did.json --status {folder}/status.jwt \\")
    console.print(f"  --log-key {folder}/log-key.txt")


def _lines(found: Verified) -> Sequence[str]:
    checks = found.verdict.checks
    held = [each.subject for each in checks if each.result is Result.HOLDS]
    claimed = [each.subject for each in checks if each.result is Result.CLAIMED]
    others = [each for each in checks if each.result in (Result.FALSE, Result.UNCHECKED)]
    same = sum(each.holds is True for each in found.figures)
    return (
        f"these hold: {', '.join(held)}",
        f"these rest on somebody's word: {', '.join(claimed)}",
        *(f"{each.subject}: {each.detail}" for each in others),
        f"{same} of {len(found.figures)} figures follow from the pack as the certificate has them",
    )
