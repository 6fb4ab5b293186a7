"""The cases of `proto/vectors/log/` about the tree: entries, roots, proofs, tiles. Hashes are the reference's."""

from collections.abc import Iterator

from .log_parts import DIGESTS, ENTRIES, TIMES, TREE, Case, hexes, unproven

# The tree that tests of Certificate Transparency logs use, whose roots have been published often.
PUBLISHED = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def entries() -> Iterator[tuple[str, Case]]:
    for name, origin, log in (
        ("entry", "https://ledger.example", "ledger.example/log"),
        ("entry-of-a-ledger-with-a-port", "http://127.0.0.1:8080", "127.0.0.1:8080/log"),
    ):
        yield (
            name,
            {
                "origin": origin,
                "digest": DIGESTS[0],
                "recordedAt": TIMES[0],
                "expected": {
                    "name": log,
                    "entry": ENTRIES[0].hex(),
                    "leaf": TREE.leaves[0].hex(),
                },
            },
        )


def roots() -> Iterator[tuple[str, Case]]:
    for size, root in enumerate(PUBLISHED_ROOTS):
        yield f"of-{size}", {"entries": PUBLISHED[:size], "expected": {"root": root}}


def inclusions() -> Iterator[tuple[str, Case]]:
    def case(index: int, size: int, slug: str = "", /, **changed: object) -> Case:
        return {
            "leaf": TREE.leaves[index].hex(),
            "index": index,
            "size": size,
            "proof": hexes(TREE.path(index, size)),
            "root": TREE.root(size).hex(),
            "expected": unproven(slug) if slug else {"proven": True},
        } | changed

    yield "the-only-leaf", case(0, 1)
    yield "the-first-of-two", case(0, 2)
    yield "the-last-of-two", case(1, 2)
    yield "within-seven", case(4, 7)
    yield "the-last-of-seven", case(6, 7)
    yield "within-a-full-tile", case(100, 256)
    yield "the-first-after-a-full-tile", case(256, 257)
    yield "within-300", case(255, 300)
    yield "the-last-of-300", case(299, 300)
    false = "inclusion-false"
    path = hexes(TREE.path(4, 7))
    zeros = "00" * 32
    yield "truncated-proof", case(4, 7, false, proof=path[:-1])
    yield "proof-without-its-first-hash", case(4, 7, false, proof=path[1:])
    yield "empty-proof", case(4, 7, false, proof=[])
    yield "extra-hash", case(4, 7, false, proof=[*path, zeros])
    yield "extra-hash-before", case(4, 7, false, proof=[zeros, *path])
    yield "hash-twice", case(4, 7, false, proof=[path[0], *path])
    yield "swapped-hashes", case(4, 7, false, proof=path[::-1])
    yield "altered-hash", case(4, 7, false, proof=[zeros, *path[1:]])
    yield "altered-root", case(4, 7, false, root=zeros)
    yield "root-of-another-size", case(4, 7, false, root=TREE.root(8).hex())
    yield "leaf-of-another-entry", case(4, 7, false, leaf=TREE.leaves[5].hex())
    yield "entry-instead-of-its-leaf", case(4, 7, false, leaf=ENTRIES[4].hex())
    yield "index-of-the-sibling", case(4, 7, false, index=5)
    yield "index-of-another-leaf", case(4, 7, false, index=0)
    yield "index-of-the-size", case(6, 7, false, index=7)
    yield "index-beyond-the-size", case(4, 7, false, index=12)
    yield "index-below-zero", case(4, 7, false, index=-1)
    yield "size-with-a-longer-path", case(4, 7, false, size=9)
    yield "size-zero", case(0, 1, false, size=0)
    yield "size-beyond-63-bits", case(4, 7, false, size=1 << 63)
    yield "proof-of-the-only-leaf-with-a-hash", case(0, 1, false, proof=[zeros])


def consistencies() -> Iterator[tuple[str, Case]]:
    def case(old: int, new: int, slug: str = "", /, **changed: object) -> Case:
        return {
            "old": old,
            "oldRoot": TREE.root(old).hex(),
            "new": new,
            "newRoot": TREE.root(new).hex(),
            "proof": hexes(TREE.proof(old, new)) if 0 < old < new else [],
            "expected": unproven(slug) if slug else {"proven": True},
        } | changed

    yield "from-nothing", case(0, 7)
    yield "nothing-and-nothing", case(0, 0)
    yield "of-a-tree-that-did-not-grow", case(7, 7)
    yield "from-one-to-two", case(1, 2)
    yield "from-a-complete-tree", case(4, 7)
    yield "from-a-complete-tree-to-the-next", case(4, 8)
    yield "from-an-incomplete-tree", case(3, 7)
    yield "from-six-to-eight", case(6, 8)
    yield "over-the-edge-of-a-tile", case(255, 300)
    yield "from-a-full-tile", case(256, 300)
    false = "consistency-false"
    proof = hexes(TREE.proof(3, 7))
    zeros = "00" * 32
    old, new = TREE.root(3).hex(), TREE.root(7).hex()
    yield "truncated-proof", case(3, 7, false, proof=proof[:-1])
    yield "proof-without-its-first-hash", case(3, 7, false, proof=proof[1:])
    yield "empty-proof", case(3, 7, false, proof=[])
    yield "empty-proof-from-a-complete-tree", case(4, 7, false, proof=[])
    yield "extra-hash", case(3, 7, false, proof=[*proof, zeros])
    yield "extra-hash-before", case(3, 7, false, proof=[zeros, *proof])
    yield (
        "old-root-sent-though-complete",
        case(4, 7, false, proof=[TREE.root(4).hex(), *case(4, 7)["proof"]]),
    )
    yield "swapped-hashes", case(3, 7, false, proof=proof[::-1])
    yield "altered-hash", case(3, 7, false, proof=[*proof[:-1], zeros])
    yield "swapped-roots", case(3, 7, false, oldRoot=new, newRoot=old)
    yield "swapped-sizes", case(3, 7, false, old=7, new=3)
    yield "altered-old-root", case(3, 7, false, oldRoot=zeros)
    yield "altered-new-root", case(3, 7, false, newRoot=zeros)
    yield "altered-root-of-a-complete-tree", case(4, 7, false, oldRoot=zeros)
    yield "old-root-of-another-size", case(3, 7, false, oldRoot=TREE.root(2).hex())
    yield "new-size-with-a-longer-proof", case(3, 7, false, new=9)
    yield "new-size-beyond-63-bits", case(3, 7, false, new=1 << 63)
    yield "two-roots-of-one-size", case(7, 7, false, newRoot=zeros)
    yield "hash-for-a-tree-that-did-not-grow", case(7, 7, false, proof=[zeros])
    yield "hash-from-nothing", case(0, 7, false, proof=[zeros])
    yield "root-of-nothing-altered", case(0, 7, false, oldRoot=zeros)
    yield "sizes-below-zero", case(3, 7, false, old=-1)


def paths() -> Iterator[tuple[str, Case]]:
    for name, path, level, index, width in (
        ("first-full-tile", "tile/0/000", 0, 0, 256),
        ("first-partial-tile", "tile/0/000.p/1", 0, 0, 1),
        ("widest-partial-tile", "tile/2/017.p/255", 2, 17, 255),
        ("tile-1234067", "tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("partial-tile-1234067", "tile/1/x001/x234/067.p/8", 1, 1_234_067, 8),
        ("highest-level", "tile/63/000.p/1", 63, 0, 1),
        ("full-bundle", "tile/entries/x001/000", None, 1_000, 256),
        ("partial-bundle", "tile/entries/000.p/112", None, 0, 112),
    ):
        yield name, {"path": path, "expected": {"level": level, "index": index, "width": width}}
    for name, path in (
        ("index-without-zeros", "tile/0/1"),
        ("index-with-four-digits", "tile/0/1234"),
        ("index-with-leading-group-of-zeros", "tile/0/x000/067"),
        ("index-group-without-x", "tile/0/001/234"),
        ("index-last-group-with-x", "tile/0/x001"),
        ("index-beyond-63-bits", "tile/0/x999/x999/x999/x999/x999/x999/999"),
        ("index-not-ascii", "tile/0/٠٠٠"),
        ("level-with-leading-zero", "tile/00/000"),
        ("level-64", "tile/64/000"),
        ("level-below-zero", "tile/-1/000"),
        ("width-zero", "tile/0/000.p/0"),
        ("width-256", "tile/0/000.p/256"),
        ("width-with-leading-zero", "tile/0/000.p/01"),
        ("width-missing", "tile/0/000.p/"),
        ("leading-slash", "/tile/0/000"),
        ("trailing-slash", "tile/0/000/"),
        ("trailing-newline", "tile/0/000\n"),
        ("parent-folder", "tile/0/../0/000"),
        ("go-checksum-database-form", "tile/8/0/000"),
        ("data-tile-of-another-format", "tile/data/000"),
    ):
        yield name, {"path": path, "expected": {"valid": False}}


def growths() -> Iterator[tuple[str, Case]]:
    for name, old, new, tiles, bundles in (
        ("the-first-leaf", 0, 1, ["tile/0/000.p/1"], ["tile/entries/000.p/1"]),
        ("a-partial-tile-widens", 1, 3, ["tile/0/000.p/3"], ["tile/entries/000.p/3"]),
        (
            "a-tile-becomes-full",
            255,
            256,
            ["tile/0/000", "tile/1/000.p/1"],
            ["tile/entries/000"],
        ),
        (
            "over-the-edge-of-a-tile",
            255,
            300,
            ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"],
            ["tile/entries/000", "tile/entries/001.p/44"],
        ),
        ("after-a-full-tile", 256, 257, ["tile/0/001.p/1"], ["tile/entries/001.p/1"]),
        ("nothing", 300, 300, [], []),
        (
            "a-tile-of-level-1-becomes-full",
            65_535,
            65_536,
            ["tile/0/255", "tile/1/000", "tile/2/000.p/1"],
            ["tile/entries/255"],
        ),
        (
            "the-last-of-70000",
            69_999,
            70_000,
            ["tile/0/273.p/112"],
            ["tile/entries/273.p/112"],
        ),
    ):
        yield name, {"old": old, "new": new, "expected": {"tiles": tiles, "bundles": bundles}}


def bundles() -> Iterator[tuple[str, Case]]:
    def case(data: str, width: int, entries: list[str] | None) -> Case:
        expected = unproven("bundle-malformed") if entries is None else {"entries": entries}
        return {"bundle": data, "width": width, "expected": expected}

    first, second = (each.hex() for each in ENTRIES[:2])
    both = f"0020{first}0020{second}"
    yield "two-entries", case(both, 2, [first, second])
    yield "empty-entry", case("0000", 1, [""])
    yield "truncated", case(both[:-2], 2, None)
    yield "truncated-length", case(f"0020{first}00", 2, None)
    yield "trailing-bytes", case(f"{both}00", 2, None)
    yield "one-entry-too-few", case(both, 3, None)
    yield "one-entry-too-many", case(both, 1, None)
    yield "no-entries", case("", 1, None)


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for folder, of in {
        "entry": entries,
        "root": roots,
        "inclusion": inclusions,
        "consistency": consistencies,
        "path": paths,
        "growth": growths,
        "bundle": bundles,
    }.items():
        for name, case in of():
            yield f"{folder}/{name}", case
