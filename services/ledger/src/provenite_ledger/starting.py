"""Starting the log: its key, its files and its guard, brought together with the database."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import httpx

from provenite_proto.log import NoteKey, NoteSigner, Unproven, WitnessPolicy, log_name, note

from . import keys
from .held import held_by_witnesses
from .publishing.folder import Folder, GuardFile
from .publishing.opening import check_witnessed, opened
from .publishing.published import Published, Signed
from .publishing.publisher import Publisher
from .publishing.storage import Disk, LogRefused
from .settings import Settings
from .store.locked import LockedStore
from .witnessing import Witnessing, usable

_log = logging.getLogger(__name__)


def disk(settings: Settings) -> Disk:
    """Where the log and its guard are; `LogRefused` when that cannot be told, or the store cannot be used."""
    guard = settings.data / "guard" / "checkpoint"
    if settings.log_store is None:
        return Disk(Folder(settings.data / "log"), GuardFile(guard))
    if guard.exists():
        raise LogRefused(
            f"there are two guards: {guard}, and the one in PROVENITE_LOG_STORE. Copy the folders `log` and `guard` "
            "into the store if it is to take over, and move them away here; or unset PROVENITE_LOG_STORE"
        )
    try:
        from .publishing import objects  # noqa: PLC0415 # its library comes with an extra
    except ImportError as error:
        raise LogRefused(
            "PROVENITE_LOG_STORE needs the package provenite-ledger[objects]"
        ) from error
    return objects.disk(settings.log_store)


async def publisher(
    settings: Settings, disk: Disk, store: LockedStore, origin: str, *, adopt: bool = False
) -> Publisher:
    """The publisher of the ledger's log, not started yet; with `adopt`, though its guard is gone.

    Raises `LogRefused`, `ValueError` of the key or of a policy that the log cannot meet, `OSError` of the files,
    and what reading the database raises.
    """
    signer = NoteSigner(log_name(origin), keys.log(settings.data))
    policy = settings.witness_policy
    if policy is not None:
        usable(policy, signer.key)
    known = await store.log_key()
    if known is not None and known != str(signer.key):
        raise LogRefused(
            f"log.pem is not the key of this ledger's log, which is {known}: restore the data folder that "
            "goes with the database"
        )
    log = await opened(
        disk, signer.key, await store.tree(), store.entries, begun=known is not None, adopt=adopt
    )
    if policy is None:
        return Publisher(signer, disk, log)
    async with httpx.AsyncClient() as http:
        for each in await held_by_witnesses(policy, signer.key, http):
            await asyncio.to_thread(check_witnessed, log, disk, each)
    if policy.met_by(()):
        return Publisher(signer, disk, log)
    restored = None if log.restored is None else _witnessed(log.restored, signer.key, policy)
    return Publisher(signer, disk, log, witnessed=restored, awaits_witnesses=True)


def _witnessed(restored: bytes, key: NoteKey, policy: WitnessPolicy) -> Signed | None:
    """The checkpoint that was public, if it is witnessed as the policy asks now."""
    try:
        policy.check(note.parse(restored))
        return Signed.parse(restored, key)
    except Unproven as error:
        _log.warning("no checkpoint is public until witnesses have cosigned one: %s", error.detail)
        return None


@contextlib.asynccontextmanager
async def witnessing(
    settings: Settings, published: Published, recorded_at: Callable[[], datetime]
) -> AsyncIterator[Witnessing | None]:
    """Has the log cosigned while the context lasts; none without a policy. `recorded_at` is the newest recorded time."""
    if settings.witness_policy is None:
        yield None
        return
    async with (
        httpx.AsyncClient() as http,
        Witnessing(published, settings.witness_policy, http, recorded_at) as at_work,
    ):
        yield at_work
