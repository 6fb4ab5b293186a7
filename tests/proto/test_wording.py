"""A record whose text has the wrong form is told in words which form that is."""

from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest

from provenite_proto.problem import Problem
from provenite_proto.record import AnyRecord
from provenite_proto.statement import read_record
from provenite_proto.statement.wording import in_words, patterns


def structs(kind: object) -> Iterator[type[msgspec.Struct]]:
    """The structs that an annotation is made of, at any depth."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from structs(field.type)
    for part in get_args(kind):
        yield from structs(part)


def test_every_pattern_of_a_record_has_words() -> None:
    quoted = {
        pattern
        for kind in structs(AnyRecord)
        for field in msgspec.structs.fields(kind)
        for pattern in patterns(field.type)
    }
    assert len(quoted) > 10
    for pattern in quoted:
        assert "regex" not in in_words(f"Expected `str` matching regex {pattern!r}"), pattern


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ('"10"', '"10 kg"', "A mass is kilograms"),
        ('"0.5"', '"50 %"', "A fraction is a text from 0 to 1"),
        ('"Nd"', '"nd"', "An element is a chemical symbol"),
        ('"US"', '"usa"', "A country is two capital letters"),
        ('"nd-oxide"', '"Nd oxide"', "A name is lower-case letters"),
    ],
)
def test_the_reader_says_the_form(right: str, wrong: str, words: str) -> None:
    record = (
        '{"type":"extraction","country":"US","occurredAt":"2026-07-01T08:00:00Z",'
        '"outputs":[{"material":"nd-oxide","elements":["Nd"]}],'
        '"quantities":{"outputs":[{"mass":"10","composition":{"Nd":"0.5"}}]}}'
    )
    read_record(record.encode())
    with pytest.raises(Problem) as refused:
        read_record(record.replace(right, wrong).encode())
    assert refused.value.detail.startswith(words)
