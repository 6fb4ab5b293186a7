"""What a test needs from the machine beyond Python's packages.

A newcomer who lacks it has the test skipped with a sentence that names it; CI must have it.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def need_tool(name: str, *, hint: str = "") -> Path:
    """The program's path; `hint` says how to get it. Works in tests, fixtures and modules."""
    found = shutil.which(name)
    if found is None:
        lack(f"needs the program {name!r}", hint=hint)
    return Path(found)


def need_path(path: Path, *, hint: str = "") -> Path:
    """The path itself, once it exists; `hint` says how to get it."""
    if not path.exists():
        lack(f"needs {path}", hint=hint)
    return path


def lack(sentence: str, *, hint: str = "") -> NoReturn:
    """Skips, or in CI fails, with a sentence such as "needs root"."""
    reason = f"{sentence} ({hint})" if hint else sentence
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, which CI has to have", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
