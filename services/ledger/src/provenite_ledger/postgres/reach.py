"""Bringing PostgreSQL's programs within reach of the uid that runs them.

A virtual environment in root's home is closed to every other uid. Instead of opening that home,
root keeps a copy of the programs where anyone may read and only root may write.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from provenite_ledger.postgres.account import reachable_by
from provenite_ledger.postgres.binaries import PROGRAMS, PostgresUnavailable, major_version

CACHE = Path("/var/cache/provenite")
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man")


def within_reach(binaries: Path, uid: int, cache: Path = CACHE) -> Path:
    """Returns a folder of the same programs that a uid can run: the given one, or root's copy.

    The copy is made once for each installation, under `cache`, where only root can write.

    Raises:
        PostgresUnavailable: the cache cannot be written, reached or trusted.
    """
    binaries = binaries.resolve()
    if all(reachable_by(uid, binaries / name) for name in PROGRAMS):
        return binaries
    installation = binaries.parent
    program = (binaries / "postgres").stat()
    identity = f"{binaries}\0{major_version(binaries)}\0{program.st_size}\0{program.st_mtime_ns}"
    copy = cache / f"postgres-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:16]}"
    placed = copy / installation.parent.name / installation.name / binaries.name
    try:
        if not os.path.lexists(cache):
            cache.mkdir(parents=True)
            cache.chmod(0o755)
        _refuse_unless_only_root_writes(cache)
        if not os.path.lexists(copy):
            _copy_installation(installation, copy)
        _refuse_unless_only_root_writes(copy)
    except (OSError, shutil.Error) as error:
        raise PostgresUnavailable(
            f"uid {uid} cannot reach the PostgreSQL programs in {binaries}, "
            f"and they cannot be copied to {cache}: {error}"
        ) from error
    if not reachable_by(uid, placed / "postgres"):
        raise PostgresUnavailable(
            f"uid {uid} can reach the PostgreSQL programs neither in {binaries} nor in {placed}"
        )
    return placed


def _refuse_unless_only_root_writes(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        raise PostgresUnavailable(
            f"{folder} is not a folder that only root can write: look who made it, then remove it"
        )


def _copy_installation(installation: Path, destination: Path) -> None:
    """Copies bin, lib and share, and the shared libraries that a wheel keeps beside its package.

    The relative places are kept, because the programs find their libraries and data by them.
    """
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=destination.parent))
    try:
        package = installation.parent
        for name in ("bin", "lib", "share"):
            if (installation / name).is_dir():
                shutil.copytree(
                    installation / name,
                    draft / package.name / installation.name / name,
                    ignore=_NOT_NEEDED,
                    ignore_dangling_symlinks=True,
                )
        libraries = package.with_name(f"{package.name}.libs") if package.name else package
        if package.name and libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
        try:
            draft.rename(destination)
        except OSError:
            # Another ledger may have placed the same copy meanwhile.
            if not destination.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
