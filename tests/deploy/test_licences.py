"""Under which licences the image's packages are: those that ask for no more than to be named, and two that are told."""

import re
from collections.abc import Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PERMISSIVE = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
}
"""By SPDX: to be passed on with their text, and nothing else."""
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
EXCEPTIONS: Mapping[str, tuple[str, str]] = {
    "fpdf2": ("LGPL-3.0-only", "lays out PDFs; shipped unmodified, to be replaced by pip"),
    "certifi": ("MPL-2.0", "a list of root certificates; shipped unmodified"),
}
"""Each with its licence, and why it may be in the image."""


def requirements() -> dict[str, Requirement]:
    """What the image's lock asks for on this platform, by name."""
    text = (ROOT / "deploy/requirements.lock").read_text().replace("\\\n", " ")
    asked = [Requirement(line.partition("--hash")[0]) for line in text.splitlines()]
    return {each.name: each for each in asked if each.marker is None or each.marker.evaluate()}


def licences(installed: Distribution) -> set[str]:
    """The licences that a distribution says it has; where it leaves a choice, all of them."""
    said = installed.metadata
    for expression in said.get_all("License-Expression", []):
        return set(re.split(r" OR | AND ", expression))
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in said.get_all("Classifier", [])
        if each.startswith("License :: ")
    ]
    if classifiers:
        return {CLASSIFIERS.get(each, each) for each in classifiers}
    # Before there were expressions the member was free text, at times the whole licence.
    texts = said.get_all("License", [])
    return {CLASSIFIERS.get(line, line) for text in texts for line in text.splitlines()[:1]}


@pytest.mark.parametrize("name", requirements())
def test_licence_is_one_that_the_image_may_hold(name: str) -> None:
    installed = distribution(name)
    found = licences(installed)
    if name in EXCEPTIONS:
        assert found == {EXCEPTIONS[name][0]}
    else:
        assert found and found <= PERMISSIVE, f"{name}: {found}"


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_what_asks_for_more_is_told_and_has_its_text_with_it(name: str) -> None:
    licence, _ = EXCEPTIONS[name]
    for file in ("README.md", "deploy/README.md"):
        text = (ROOT / file).read_text()
        assert re.search(rf"{name}\W.*{re.escape(licence)}", text), file
    files = distribution(name).files or ()
    assert any("LICENSE" in each.name and each.locate().is_file() for each in files)  # type: ignore[attr-defined] # a path of this machine's


def test_no_exception_is_out_of_date() -> None:
    assert EXCEPTIONS.keys() <= requirements().keys()
