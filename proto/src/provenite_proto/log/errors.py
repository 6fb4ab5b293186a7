"""What a proof, a signed note or a policy fails with."""


class Unproven(Exception):
    """What was to be proven is not: a form that cannot be read, a signature or a hash that does not fit.

    `slug` is a stable name (SPEC.md section 13), `detail` one sentence for this case.
    """

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
