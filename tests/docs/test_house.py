"""The house's own rules: locks that anyone can install, ignores with reasons, one import direction."""

import json
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.needs import need_path, need_tool

ROOT = Path(__file__).parents[2]
PYPROJECTS = [
    ROOT / at / "pyproject.toml"
    for at in ("proto", "sdk/python", "services/ledger", "services/witness")
]
LOCKS = ["requirements.lock", "deploy/requirements.lock", "deploy/build.lock"]
OURS = {"provenite-proto", "provenite", "provenite-ledger", "provenite-witness"}

SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|(ruff|mypy|pyright):|fmt:|pragma)", re.I)
SUPPRESSION_WITH_REASON = re.compile(
    r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z-]+(, [a-z-]+)*\]) +(#|-|–|—) *\w+ \w+"
)
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:root|home|work|Users|opt/pypi)/\w")


def tracked(*patterns: str) -> list[Path]:
    """The repository's own files, without what git ignores."""
    need_path(ROOT / ".git", hint="a git clone")
    listing = subprocess.run(
        [need_tool("git"), "ls-files", "-z", "--cached", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def dev_lines() -> list[str]:
    lines = (ROOT / "requirements/dev.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def locked(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Package -> version and hashes, read from logical lines."""
    found = {}
    for line in (ROOT / lock).read_text().replace("\\\n", " ").splitlines():
        match = re.match(r"([a-z0-9-]+)==(\S+)", line)
        assert match, f"{lock}: not a pinned package: {line[:80]}"
        found[match[1]] = (match[2], re.findall(r"--hash=sha256:([0-9a-f]{64})(?=\s|$)", line))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_hashes_and_names_no_address(lock: str) -> None:
    assert all(hashes for _, hashes in locked(lock).values())
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert not OURS & locked(lock).keys(), "our own distributions are installed from this tree"


def test_every_lock_is_tested() -> None:
    assert {str(path.relative_to(ROOT)) for path in tracked("*.lock")} == set(LOCKS)


def test_node_lock_has_integrity_and_names_no_address() -> None:
    lock = json.loads((ROOT / "tests/interop/package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_lock_satisfies_what_is_asked() -> None:
    pinned = locked("requirements.lock")
    asked = [line.partition("#")[0].strip() for line in dev_lines()]
    for path in PYPROJECTS:
        project = tomllib.loads(path.read_text())["project"]
        asked += project["dependencies"]
        for extra in project.get("optional-dependencies", {}).values():
            asked += extra
    for requirement in map(Requirement, asked):
        name = canonicalize_name(requirement.name)
        if name not in OURS:
            assert name in pinned, f"{name} is not locked: run `make lock`"
            assert requirement.specifier.contains(pinned[name][0]), f"{requirement}: `make lock`"


def test_image_runs_what_was_tested() -> None:
    tested = locked("requirements.lock")
    for lock in LOCKS[1:]:
        assert locked(lock).items() <= tested.items(), f"{lock} differs: run `make lock`"


def test_every_dev_dependency_has_a_reason() -> None:
    for line in dev_lines():
        assert re.fullmatch(r"\S+ +# \w+.*", line), line


def test_every_ignore_in_pyproject_has_a_reason() -> None:
    config = (ROOT / "pyproject.toml").read_text()
    ignores = re.search(r"^ignore = \[\n(.*?)^\]", config, re.M | re.S)
    per_file = re.search(r"^\[tool\.ruff\.lint\.per-file-ignores\]\n(.*?)^\[", config, re.M | re.S)
    overrides = re.findall(r"^\[\[tool\.mypy\.overrides\]\]\n(.*)", config, re.M)
    assert ignores
    assert per_file
    for line in [*ignores[1].splitlines(), *per_file[1].splitlines(), *overrides]:
        assert not line or re.search(r"[\],\"] +# \w+ \w+", line), line


def test_every_ignore_in_code_has_a_code_and_a_reason() -> None:
    def lacking() -> Iterator[str]:
        for path in tracked("*.py"):
            with path.open("rb") as source:
                for token in tokenize.tokenize(source.readline):
                    comment = token.string if token.type == tokenize.COMMENT else ""
                    if SUPPRESSION.search(comment) and not SUPPRESSION_WITH_REASON.search(comment):
                        yield f"{path.relative_to(ROOT)}:{token.start[0]}: {comment}"

    assert not list(lacking()), "write `# noqa: CODE # why`, `# type: ignore[code] # why`"


def test_packages_import_in_one_direction() -> None:
    linter = need_path(Path(sys.executable).with_name("lint-imports"), hint="make install")
    linted = subprocess.run([linter], cwd=ROOT, check=False, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_module_of_the_ledger_is_left_out_where_the_web_framework_is_forbidden() -> None:
    (contract,) = (
        each
        for each in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
            "contracts"
        ]
        if each.get("forbidden_modules") == ["litestar", "uvicorn"]
    )
    ledger = ROOT / "services/ledger/src/provenite_ledger"
    modules = {each.stem for each in ledger.glob("*.py")} | {
        each.parent.name for each in ledger.glob("*/__init__.py")
    }
    knowing = {"http", "app", "serving", "replaying", "retiring", "cli", "__main__", "__init__"}
    named = {each.removeprefix("provenite_ledger.") for each in contract["source_modules"]}
    assert named == modules - knowing


def test_no_file_names_a_machine_path() -> None:
    def naming() -> Iterator[str]:
        for path in tracked():
            text = path.read_text(encoding="utf-8", errors="ignore")
            if match := MACHINE_PATH.search(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line}"

    assert not list(naming())
