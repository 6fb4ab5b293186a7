"""The cases of `proto/vectors/log/submission/`: what a log sends to a witness."""

from collections.abc import Iterator

from provenite_proto.log import Submission
from provenite_proto.log.note import base64
from provenite_proto.log.submission import MAX_PROOF

from .log_parts import LOG, TREE, Case, checkpoint, hexes, spare_bits, unproven

SIGNED = checkpoint(9).signed(LOG)
NOTE = SIGNED.decode()
ROOT = TREE.root(7)
LINE = base64(ROOT)


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for name, old, proof in (
        ("from-nothing", 0, ()),
        ("from-seven", 7, TREE.proof(7, 9)),
        ("largest-size-and-longest-proof", (1 << 63) - 1, (ROOT,) * MAX_PROOF),
    ):
        expected = {"old": old, "proof": hexes(proof), "checkpoint": NOTE}
        body = Submission(old, proof, SIGNED).encode().decode()
        yield f"submission/{name}", {"body": body, "expected": expected}
    for name, body in (
        ("empty", ""),
        ("old-line-missing", f"{LINE}\n\n{NOTE}"),
        ("old-without-size", f"old\n\n{NOTE}"),
        ("old-in-capitals", f"Old 7\n\n{NOTE}"),
        ("two-spaces", f"old  7\n\n{NOTE}"),
        ("trailing-space", f"old 7 \n\n{NOTE}"),
        ("leading-zero", f"old 07\n\n{NOTE}"),
        ("plus-sign", f"old +7\n\n{NOTE}"),
        ("below-zero", f"old -1\n\n{NOTE}"),
        ("digits-of-another-script", f"old ٧\n\n{NOTE}"),
        ("size-beyond-63-bits", f"old {1 << 63}\n\n{NOTE}"),
        ("carriage-returns", f"old 7\r\n{LINE}\r\n\r\n{NOTE}"),
        ("empty-line-missing", f"old 7\n{LINE}\n{NOTE.partition(chr(10) * 2)[0]}"),
        ("hash-without-padding", f"old 7\n{LINE.rstrip('=')}\n\n{NOTE}"),
        ("hash-with-spare-bits", f"old 7\n{spare_bits(LINE)}\n\n{NOTE}"),
        ("hash-too-short", f"old 7\n{base64(ROOT[:31])}\n\n{NOTE}"),
        ("hash-too-long", f"old 7\n{base64(ROOT + bytes(1))}\n\n{NOTE}"),
        ("hash-with-trailing-space", f"old 7\n{LINE} \n\n{NOTE}"),
        ("hashes-on-one-line", f"old 7\n{LINE} {LINE}\n\n{NOTE}"),
        ("one-hash-too-many", f"old 7\n{f'{LINE}{chr(10)}' * (MAX_PROOF + 1)}\n{NOTE}"),
    ):
        yield f"submission/{name}", {"body": body, "expected": unproven("submission-malformed")}
