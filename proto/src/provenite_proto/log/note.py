"""Signed notes: a text and the lines of those who signed it (C2SP signed-note)."""

from binascii import Error, a2b_base64, b2a_base64
from enum import IntEnum
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..statement import edwards25519
from .errors import Unproven

MAX_BYTES = 65_536
"""Bytes of a note, at the most."""
MAX_SIGNATURES = 64
"""Signature lines of a note, at the most."""
MAX_NAME = 256
"""Characters of a key's name, at the most."""
KEY_ID_BYTES = 4
KEY_BYTES = 32
_DASH = "\N{EM DASH} "


class SignatureType(IntEnum):
    """What a key signs: notes (`ED25519`), or checkpoints with a time (`COSIGNATURE`, C2SP tlog-cosignature)."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


class NoteSignature(msgspec.Struct, frozen=True):
    """A signature line: whose key (name and the 4 bytes of its id), and the signature without them."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"{_DASH}{self.name} {base64(self.key_id + self.signature)}\n"


class Note(msgspec.Struct, frozen=True):
    """A text, which ends with a newline, and its signatures, none of which has been verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note as it is sent."""
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}".encode()

    def signed_by(self, key: "NoteKey") -> tuple[NoteSignature, ...]:
        """The lines of this key."""
        return tuple(
            each for each in self.signatures if each.name == key.name and each.key_id == key.key_id
        )


class NoteKey(msgspec.Struct, frozen=True):
    """A public Ed25519 key with the name under which it signs: a verifier key. `raw` is its 32 bytes."""

    name: str
    type: SignatureType
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.raw).digest()[
            :KEY_ID_BYTES
        ]

    def __str__(self) -> str:
        """`<name>+<key id in hexadecimal>+<base64 of type and key>`."""
        return f"{self.name}+{self.key_id.hex()}+{base64(bytes([self.type]) + self.raw)}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the 64 bytes over `message` were made with this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class NoteSigner:
    """Signs notes with an Ed25519 key under a name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key = NoteKey(name, SignatureType.ED25519, key.public_key().public_bytes_raw())

    def sign(self, text: str) -> NoteSignature:
        """The signature line for a text."""
        return NoteSignature(self.key.name, self.key.key_id, self._key.sign(text.encode()))


def parse_key(text: str) -> NoteKey:
    """Read a verifier key; `Unproven` `key-malformed`."""
    # Base64 has plus signs, names and hexadecimal have none.
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = unbase64(encoded)
        if len(raw) != 1 + KEY_BYTES:
            raise ValueError(f"{len(raw)} bytes are not a type and an Ed25519 key")
        key = NoteKey(name, SignatureType(raw[0]), raw[1:])
        edwards25519.check(key.raw)
    except ValueError as error:
        raise Unproven("key-malformed", f"Not a verifier key: {error}.") from error
    if not is_name(name) or key_id != key.key_id.hex():
        raise Unproven("key-malformed", "Not a verifier key: its name and its id do not fit.")
    return key


def parse(data: bytes) -> Note:
    """Read a note strictly: what does not encode to itself is refused. `Unproven` `note-malformed`."""
    if len(data) > MAX_BYTES:
        raise Unproven("note-malformed", f"{len(data)} bytes; at most {MAX_BYTES} are read.")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise Unproven("note-malformed", "Not UTF-8.") from error
    if any(ord(each) < 32 and each != "\n" for each in whole):
        raise Unproven("note-malformed", "A control character.")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Unproven("note-malformed", "No signature lines after an empty line.")
    found = lines[:-1].split("\n")
    if len(found) > MAX_SIGNATURES:
        raise Unproven("note-malformed", f"{len(found)} signatures; {MAX_SIGNATURES} are read.")
    return Note(f"{text}\n", tuple(map(_signature, found)))


def verify(note: Note, key: NoteKey) -> None:
    """Check the note's signature by a key; `Unproven` `signature-missing` or `signature-false`."""
    signatures = note.signed_by(key)
    if not signatures:
        raise Unproven("signature-missing", f"No signature by {key.name} with the key {key}.")
    message = note.text.encode()
    if not all(key.verifies(each.signature, message) for each in signatures):
        raise Unproven("signature-false", f"The signature by {key.name} does not verify.")


def is_name(name: str) -> bool:
    """Whether a key may have this name: no white space, no plus sign, no control character."""
    return 0 < len(name) <= MAX_NAME and not any(
        each.isspace() or each == "+" or ord(each) < 32 for each in name
    )


def base64(raw: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4), which C2SP's formats have."""
    return b2a_base64(raw, newline=False).decode("ascii")


def unbase64(text: str) -> bytes:
    """The bytes of standard base64; `ValueError` for what does not encode to itself."""
    try:
        raw = a2b_base64(text.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if base64(raw) != text:
        raise ValueError("not canonical base64")
    return raw


def _signature(line: str) -> NoteSignature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        blob = unbase64(encoded)
    except ValueError as error:
        raise Unproven("note-malformed", f"A signature is {error}.") from error
    if not line.startswith(_DASH) or not gap or not is_name(name) or len(blob) <= KEY_ID_BYTES:
        raise Unproven("note-malformed", "A line after the empty one is not a signature.")
    return NoteSignature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])
