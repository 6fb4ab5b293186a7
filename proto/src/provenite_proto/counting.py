"""How many of a thing, in words for people."""


def counted(number: int, noun: str) -> str:
    """`1 statement`, `1,200 statements`: of a noun whose plural has an s at its end."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
