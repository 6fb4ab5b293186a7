"""What a pack is refused for."""

from collections.abc import Mapping

from ..kind import Kind, kinds

KINDS: Mapping[str, Kind] = kinds(
    {
        "pack-cut-off": (
            "The file does not end as a pack does",
            "Fetch it again: part of it is missing, or something was put behind it.",
        ),
        "pack-altered": (
            "The container is not as a pack's writer makes it",
            "Fetch it again, and keep it as it came: do not open and save it with other programs.",
        ),
        "pack-member-unknown": (
            "The file holds a member that no pack has",
            "Do not unpack it. Fetch the pack again from the ledger.",
        ),
        "pack-member-misplaced": (
            "A member is missing, repeated or not in its place",
            "Fetch the pack again from the ledger.",
        ),
        "pack-too-large": (
            "The file is larger than a pack may be",
            "Do not unpack it. Ask for the pack of a batch further upstream if it is the ledger's.",
        ),
        "pack-bomb": (
            "A member inflates to more than what it is made of can hold",
            "Do not unpack it: it is made to fill memory or disks.",
        ),
        "pack-damaged": (
            "A member's bytes are not those of the manifest",
            "Fetch it again: it was damaged or changed on its way.",
        ),
        "pack-malformed": (
            "A member does not have its form",
            "Fetch the pack again; if it stays, show the operator of the ledger the place.",
        ),
    }
)


class BadPack(Exception):
    """A file that is not a pack. `slug` is a key of `KINDS`, `member` the member's name, empty for the whole file.

    `detail` is one sentence for this case, `figures` the numbers by name, as text.
    """

    def __init__(
        self, slug: str, member: str, detail: str, figures: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(f"{slug}: {member or 'the file'}: {detail}")
        self.slug = slug
        self.member = member
        self.detail = detail
        self.figures = {name: str(value) for name, value in (figures or {}).items()}

    @property
    def kind(self) -> Kind:
        """Title and remedy of the slug."""
        return KINDS[self.slug]


def within(member: str, what: str, found: int, limit: int) -> None:
    """Raise `BadPack` `pack-too-large` when there is more than allowed."""
    if found > limit:
        raise BadPack(
            "pack-too-large",
            member,
            f"{found} {what}; at most {limit} are allowed.",
            {"found": found, "limit": limit},
        )
