"""Starting the log: its key, its files and its guard, brought together with the database."""

from provenite_proto.log import NoteSigner, log_name

from . import keys
from .publishing.folder import Folder, GuardFile
from .publishing.opening import Disk, LogRefused, opened
from .publishing.publisher import Publisher
from .settings import Settings
from .store.locked import LockedStore


async def publisher(
    settings: Settings, store: LockedStore, origin: str, *, adopt: bool = False
) -> Publisher:
    """The publisher of the ledger's log, not started yet; with `adopt`, though its guard is gone.

    Raises `LogRefused`, `ValueError` of the key, `OSError` of the files, and what reading the database raises.
    """
    signer = NoteSigner(log_name(origin), keys.log(settings.data))
    known = await store.log_key()
    if known is not None and known != str(signer.key):
        raise LogRefused(
            f"log.pem is not the key of this ledger's log, which is {known}: restore the data folder that "
            "goes with the database"
        )
    disk = Disk(Folder(settings.data / "log"), GuardFile(settings.data / "guard" / "checkpoint"))
    log = await opened(
        disk, signer.key, await store.tree(), store.entries, begun=known is not None, adopt=adopt
    )
    return Publisher(signer, disk, log)
