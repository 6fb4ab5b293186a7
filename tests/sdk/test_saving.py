"""Files that belong together are saved as a whole or not at all, whenever Ctrl-C comes."""

import os
from pathlib import Path

import pytest

from provenite._saving import save_together

NAMES = ("nd.html", "nd.receipt", "nd.jwt")


def contents(folder: Path) -> dict[Path, bytes]:
    return {folder / name: name.encode() for name in NAMES}


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir()}


def test_what_is_saved_is_for_everybody_and_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "nd.jwt").write_bytes(b"old")
    assert save_together(contents(tmp_path)) == tuple(tmp_path / name for name in NAMES)
    assert files(tmp_path) == contents(tmp_path)
    made = tmp_path / "as-others-are"
    made.touch()
    assert {path.stat().st_mode for path in tmp_path.iterdir()} == {made.stat().st_mode}


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_an_interruption_before_all_is_on_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    (tmp_path / "nd.jwt").write_bytes(b"old")
    left = place

    def interrupted(number: int) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_together(contents(tmp_path))
    assert files(tmp_path) == {tmp_path / "nd.jwt": b"old"}


@pytest.mark.parametrize("place", range(len(NAMES)))
@pytest.mark.parametrize("persisted", [False, True])
def test_an_interruption_afterwards_leaves_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, persisted: bool
) -> None:
    left = place
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left == -1:
            if persisted:
                replace(path, target)
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_together(contents(tmp_path))
    assert files(tmp_path) == contents(tmp_path)


def test_what_has_no_folder_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_together(contents(tmp_path / "nowhere"))


def test_a_folder_in_the_way_leaves_all_as_it_was(tmp_path: Path) -> None:
    one, other = tmp_path / "a.html", tmp_path / "a.pdf"
    one.write_bytes(b"earlier")
    other.mkdir()
    with pytest.raises(IsADirectoryError):
        save_together({one: b"new", other: b"new"})
    assert one.read_bytes() == b"earlier"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.html", "a.pdf"]
