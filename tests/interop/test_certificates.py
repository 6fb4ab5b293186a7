"""Our certificates are Verifiable Credentials: implementations that are not ours verify them and their status."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provenite_proto.certificate import CONTEXT, context_url
from provenite_proto.certificate.model import UNTP
from tests.interop.certified import javascript, python
from tests.proto.certifying import (
    KEY,
    NOW,
    ORIGIN,
    OTHER,
    PLACE,
    credential,
    document,
    status_list,
    text,
)

STANDARDS = Path(
    os.environ.get("PROVENITE_STANDARDS", Path(__file__).parents[3] / "shared/standards")
)
WRITTEN = json.loads(msgspec.json.encode(credential()))


def asked(
    jwt: str | None = None,
    listed: str | None = None,
    contexts: dict[str, Any] | None = None,
    later: timedelta = timedelta(),
) -> dict[str, Any]:
    now = (NOW + later).isoformat()
    return javascript(jwt or text(), listed or status_list(), document(), now, contexts)


def tampered(jwt: str) -> str:
    header, payload, signature = jwt.split(".")
    place = len(payload) // 2
    other = "A" if payload[place] != "A" else "B"
    return f"{header}.{payload[:place]}{other}{payload[place + 1 :]}.{signature}"


@pytest.mark.parametrize("places", [(), (PLACE,), (PLACE - 1, PLACE + 1)])
def test_others_read_the_certificate_and_its_status(places: tuple[int, ...]) -> None:
    found = asked(listed=status_list(places))
    assert found == {"credential": WRITTEN, "suspended": PLACE in places}
    assert python(text(), document()) == WRITTEN


def test_others_refuse_a_tampered_certificate() -> None:
    with pytest.raises(ValueError, match="signature verification failed"):
        asked(jwt=tampered(text()))
    with pytest.raises(Exception, match=r"(?i)signature"):
        python(tampered(text()), document())


def test_others_refuse_a_tampered_status_list() -> None:
    with pytest.raises(ValueError, match="signature verification failed"):
        asked(listed=tampered(status_list()))


def test_others_refuse_what_another_key_signed() -> None:
    with pytest.raises(ValueError, match="no key"):
        asked(jwt=text(OTHER))
    with pytest.raises(ValueError, match="no key"):
        asked(listed=status_list(key=OTHER))


def test_others_refuse_what_has_expired() -> None:
    with pytest.raises(ValueError, match="validUntil"):
        asked(later=timedelta(days=366))
    with pytest.raises(ValueError, match="validUntil"):
        asked(later=timedelta(days=2))


def test_a_key_of_an_earlier_time_still_verifies() -> None:
    jwt, later = text(), document(OTHER, KEY)
    found = javascript(jwt, status_list(key=OTHER), later, NOW.isoformat(), None)
    assert found["credential"] == WRITTEN


def test_every_term_is_defined_by_a_context() -> None:
    context = STANDARDS / "untp-0.7.0/context.jsonld"
    if not context.exists():
        pytest.skip(f"needs the context {context} (PROVENITE_STANDARDS names its folder)")
    contexts = {
        UNTP: json.loads(context.read_text("utf-8")),
        context_url(ORIGIN): json.loads(CONTEXT),
    }
    # In safe mode `jsonld` refuses what no context defines; what a vocabulary swallows would stay below its type.
    (expanded,) = asked(contexts=contexts)["expanded"]
    assert not [key for key in keys(expanded) if "#" in key.partition("uncefact.org/untp/")[2]]
    ours = {key.removeprefix("urn:provenite:term:") for key in keys(expanded) if "urn:" in key}
    written = WRITTEN["credentialSubject"]["conformityAssessment"][0]["provenance"]
    assert ours == {"provenance", *written, *written["figures"][0]}


def keys(value: Any) -> set[str]:
    """The members at any depth."""
    if isinstance(value, dict):
        return value.keys() | {key for each in value.values() for key in keys(each)}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()
