"""How a witness is run: what the command's options and the environment say."""

from pathlib import Path

from msgspec import Struct

from provenite_proto.log import NoteKey


class Settings(Struct, frozen=True, kw_only=True):
    """The settings; `port` 0 takes any free one."""

    logs: tuple[NoteKey, ...]
    data: Path
    host: str
    port: int

    @property
    def address(self) -> str:
        """The URL at which this machine reaches the witness."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
