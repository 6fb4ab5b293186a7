"""Reading a log's public files over HTTP: checkpoint and tiles, from the ledger or from any server of that folder."""

from provenite_proto.log import Tile, note
from provenite_proto.log.tiles import FULL
from provenite_proto.log.tree import HASH_BYTES

from ._errors import AnswerError
from ._public_files import PublicFiles


class PublicLog(PublicFiles):
    """The log below a prefix, such as `https://ledger.example/log`."""

    def checkpoint(self) -> bytes:
        """The newest checkpoint that is served, as it comes."""
        found = self.get(f"{self.prefix}/checkpoint", note.MAX_BYTES)
        if found is None:
            raise AnswerError(f"no log has published a checkpoint at {self.prefix}/checkpoint")
        return found

    def tile(self, tile: Tile) -> bytes:
        """A tile's bytes; `LookupError` when it is not served."""
        found = self.get(f"{self.prefix}/{tile.path}", FULL * HASH_BYTES)
        if found is None and tile.width < FULL:
            # Part of a tile may be gone once the whole of it is there.
            full = self.get(f"{self.prefix}/{tile.full.path}", FULL * HASH_BYTES)
            found = None if full is None else tile.cut(full)
        if found is None:
            raise LookupError(f"the log serves no {tile.path}")
        return found
