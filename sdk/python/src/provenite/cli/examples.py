"""Examples at the end of a command's help, which a test parses."""


def examples(*lines: str) -> str:
    """The epilog; the sign \\b keeps its lines as they are."""
    return "\n".join(
        [
            "\b",
            "Examples:",
            *(f"  {line}" for line in lines),
            "",
            "\b",
            "--ledger, --key and --passphrase-file stand before or after the command;",
            "PROVENITE_LEDGER and PROVENITE_KEY stand for the first two.",
        ]
    )
