"""Examples at the end of a command's help, which a test parses."""


def examples(*lines: str, of_firm: bool = True) -> str:
    """The epilog; the sign `\\b` keeps its lines as they are.

    It ends with the options that say which ledger and which key, where the command asks a ledger as a firm.
    """
    shown = ["\b", "Examples:", *(f"  {line}" for line in lines)]
    if of_firm:
        shown += [
            "",
            "\b",
            "--ledger, --key and --passphrase-file stand before or after the command;",
            "PROVENITE_LEDGER and PROVENITE_KEY stand for the first two.",
        ]
    return "\n".join(shown)
