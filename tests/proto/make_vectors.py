"""Writes `proto/vectors/` anew: `python -m tests.proto.make_vectors` from the top of the repository."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from provenite_proto.statement import parse
from tests.proto.making import (
    admissions,
    assessments,
    audits,
    certificates,
    contents,
    invalid,
    lenses,
    log_forks,
    log_notes,
    log_policies,
    log_proofs,
    log_submissions,
    log_trees,
    packs,
    policies,
    portfolios,
    shipments,
    tokens,
    valid,
)
from tests.proto.making.keys import digest_of
from tests.proto.making.parts import KEY

FOLDER = Path(__file__).parents[2] / "proto" / "vectors"
Case = dict[str, Any]


def statements() -> Iterator[tuple[str, Case]]:
    """The path and content of every file below `statement/`."""
    for name, description, text, key in valid.statements():
        complete = not name.startswith("redacted")
        read = parse(text, complete=complete)
        disclosed = [name for name in read.record.sections if getattr(read.record, name)]
        expected = {
            "digest": digest_of(text.split("~")[0].rpartition(".")[0]),
            "keyId": key.key_id,
            "issuedAt": read.issued_at,
            "audience": read.audience,
            "type": read.record.__struct_config__.tag,
            "sections": sorted(disclosed),
            "withheld": read.withheld,
        }
        yield (
            f"statement/valid/{name}",
            {
                "description": description,
                "key": key.jwk,
                "statement": text,
                "complete": complete,
                "expected": expected,
            },
        )
    for name, text, slug, pointer in invalid.statements():
        yield (
            f"statement/invalid/{name}",
            {
                "description": name.replace("-", " ").capitalize() + ".",
                "key": KEY.jwk,
                "statement": text,
                "complete": "redacted" not in name,
                "expected": {"problem": slug, "pointer": pointer},
            },
        )


def others() -> Iterator[tuple[str, Case]]:
    """The path and content of every other file."""
    for folder, cases in {
        "admission": admissions.cases,
        "assessment": assessments.cases,
        "audit": audits.cases,
        "certificate": certificates.cases,
        "content": contents.cases,
        "lens": lenses.cases,
        "pack": packs.cases,
        "policy": policies.cases,
        "portfolio": portfolios.cases,
        "shipment": shipments.cases,
        "token": tokens.cases,
    }.items():
        for name, case in cases():
            yield f"{folder}/{name}", case
    for of in (log_trees, log_notes, log_policies, log_proofs, log_submissions, log_forks):
        for name, case in of.cases():
            yield f"log/{name}", case


def main() -> None:
    """Replace the folders of vectors."""
    for folder in FOLDER.glob("*/"):
        shutil.rmtree(folder)
    for name, case in (*statements(), *others()):
        path = FOLDER / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(case), indent=2) + b"\n")


if __name__ == "__main__":
    main()
