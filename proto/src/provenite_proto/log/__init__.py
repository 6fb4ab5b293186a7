"""The verifiable log: tree, tiles, signed notes, checkpoints and proofs, as RFC 6962 and C2SP have them."""

from .checkpoint import Checkpoint, open_checkpoint
from .cose import ConsistencyReceipt, InclusionReceipt, kid_of
from .cosignature import WitnessSigner, cosigned
from .entry import entry, log_name, time_bytes
from .errors import Unproven
from .fork import Fork
from .note import Note, NoteKey, NoteSignature, NoteSigner, SignatureType, parse_key
from .policy import Group, PolicyLog, Witness, WitnessPolicy, parse_policy
from .proof import LogProof
from .submission import Submission
from .tiles import (
    Bundle,
    Tile,
    Tiles,
    decode_bundle,
    encode_bundle,
    new_bundles,
    new_tiles,
    parse_path,
)
from .tree import (
    EMPTY,
    HASH_BYTES,
    Edge,
    Read,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
)

__all__ = [
    "EMPTY",
    "HASH_BYTES",
    "Bundle",
    "Checkpoint",
    "ConsistencyReceipt",
    "Edge",
    "Fork",
    "Group",
    "InclusionReceipt",
    "LogProof",
    "Note",
    "NoteKey",
    "NoteSignature",
    "NoteSigner",
    "PolicyLog",
    "Read",
    "SignatureType",
    "Submission",
    "Tile",
    "Tiles",
    "Unproven",
    "Witness",
    "WitnessPolicy",
    "WitnessSigner",
    "check_consistency",
    "check_inclusion",
    "consistency",
    "cosigned",
    "decode_bundle",
    "encode_bundle",
    "entry",
    "inclusion",
    "kid_of",
    "leaf_hash",
    "log_name",
    "new_bundles",
    "new_tiles",
    "node_hash",
    "open_checkpoint",
    "parse_key",
    "parse_path",
    "parse_policy",
    "root",
    "time_bytes",
]
