"""How large a pack and its parts may be. Checked before anything is allocated or inflated."""

FILE_BYTES = 4_000_000_000
"""Bytes of the file: below what a zip file without the Zip64 extension can address."""
INFLATED_BYTES = 8_000_000_000
"""Bytes of all members together, inflated."""
RATIO = 100
"""A member's bytes for each deflated one. What packs hold deflates to a half, content to a twentieth."""
MEMBERS = 10_000
STATEMENTS = 1_000_000
LINES = 1_000
"""Statements of a member."""
STATEMENT_MEMBER_BYTES = 1024 * 1024
"""Bytes of a member with statements, inflated."""
LINE_BYTES = 384 * 1024
"""Bytes of a statement's line: the statement itself, 63 hashes, and what is claimed of 2,048 draws."""
HEAD_BYTES = 4 * 1024
CHECKPOINT_BYTES = 64 * 1024
KEY_BYTES = 1024
POLICY_BYTES = 64 * 1024
CONTENT_BYTES = 16 * 1024 * 1024
CERTIFICATES = 64
"""Certificates of a pack, and so their policies and status lists too."""
CERTIFICATE_BYTES = 256 * 1024
DEFINITION_BYTES = 256 * 1024
"""Bytes of a certificate's policy."""
DID_BYTES = 64 * 1024
STATUS_LIST_BYTES = 64 * 1024
REPORT_BYTES = 256 * 1024
MANIFEST_BYTES = 4 * 1024 * 1024
