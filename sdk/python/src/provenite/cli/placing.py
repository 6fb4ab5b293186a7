"""Words of the command line that may stand anywhere, or would be taken for something else."""

import re
from itertools import islice
from typing import Any

from typer.core import TyperGroup

_ANYWHERE = frozenset({"--ledger", "--key", "--passphrase-file"})
_DASHED_ID = re.compile(r"-[A-Za-z0-9_-]{30,}(\.[0-9]+)?")
"""An id or a code in base64url whose first character is a dash: no option is that long."""


class AnyPlace(TyperGroup):
    """Puts the options that say which ledger and key first, where they are declared once, and ids last."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, those words put in their places."""
        ours: list[str] = []
        others: list[str] = []
        last: list[str] = []
        command: Any = self
        words = iter(args)
        for word in words:
            if word == "--":
                last += words
            elif word.partition("=")[0] in _ANYWHERE:
                ours += [word, *([] if "=" in word else islice(words, 1))]
            elif _DASHED_ID.fullmatch(word):
                last.append(word)
            else:
                command = getattr(command, "commands", {}).get(word, command)
                others.append(word)
                if _takes_a_value(command, word):
                    others += islice(words, 1)
        return super().parse_args(ctx, [*ours, *others, *(["--", *last] if last else [])])


def _takes_a_value(command: Any, word: str) -> bool:
    """Whether a word is an option of the command after which a value follows, such as an id."""
    return any(
        word in parameter.opts and not getattr(parameter, "is_flag", False)
        for parameter in command.params
        if parameter.param_type_name == "option"
    )
