"""Why a checkpoint is not cosigned."""


class Refused(Exception):
    """The witness does not cosign: `slug` is a stable name, `detail` one sentence for this case."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail


class AnotherSize(Refused):
    """The log takes the witness to hold another tree than it does: that of `size` leaves."""

    def __init__(self, old: int, size: int) -> None:
        """Of the size that was sent, and the one that is held."""
        super().__init__("size-mismatch", f"The witness holds size {size}, not {old}.")
        self.size = size
