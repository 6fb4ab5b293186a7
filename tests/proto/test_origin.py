"""Which URL an origin names."""

import pytest

from provenite_proto.origin import names_ledger_at


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://ledger.example", "https://ledger.example"),
        ("https://ledger.example", "https://ledger.example/"),
        ("https://ledger.example", "https://LEDGER.example:443/under"),
        ("http://ledger.example", "http://ledger.example:80"),
        ("http://127.0.0.1:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://127.0.0.1:8080/"),
    ],
)
def test_named(origin: str, url: str) -> None:
    assert names_ledger_at(origin, url)


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://other.example", "https://ledger.example"),
        ("https://ledger.example.evil.example", "https://ledger.example"),
        ("http://ledger.example", "https://ledger.example"),
        ("https://ledger.example:8443", "https://ledger.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("http://127.0.0.1:8080", "http://127.0.0.2:8080"),
        ("http://127.0.0.1:8080", "http://192.0.2.1:8080"),
        ("ledger", "ledger"),
        ("", ""),
        ("http://[", "http://["),
        ("http://ledger.example@evil.example", "http://ledger.example"),
        ("http://ledger.example", "http://ledger.example@evil.example"),
        ("http://ledger.example", "http://ledger.example\\@evil.example"),
        ("http://ledger.example\n", "http://ledger.example"),
    ],
)
def test_not_named(origin: str, url: str) -> None:
    assert not names_ledger_at(origin, url)
