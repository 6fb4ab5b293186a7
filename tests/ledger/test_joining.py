"""Invitations and enrolments over HTTP."""

import asyncio

import httpx

from provenite_proto import paths
from provenite_proto.statement import SigningKey
from tests.ledger.running import Firm, Ledger, extraction, further_key

INVITATION = {"name": "Mountain Copper", "country": "CL", "roles": ["miner"]}


def invitation(ledger: Ledger) -> str:
    return str(ledger.registrar.post(paths.INVITATIONS, INVITATION).json()["code"])


def joining(firm: Firm, code: str, **changes: object) -> dict[str, object]:
    return {"code": code, "key": firm.jwk(), "proof": firm.proof(), **changes}


def stranger(ledger: Ledger) -> Firm:
    return Firm(ledger, SigningKey.generate(), "")


def test_join_and_act(ledger: Ledger) -> None:
    firm = stranger(ledger)
    answer = ledger.http.post(paths.ENROLMENTS, json=joining(firm, invitation(ledger)))
    assert answer.status_code == 201
    party, enrolled = answer.json()["party"], answer.json()
    assert enrolled["keyId"] == firm.key.key_id
    assert enrolled["submitted"]["digest"] == party
    assert firm.get(paths.party(party)).json() == {
        "id": party,
        "country": "CL",
        "roles": ["miner"],
        "keys": [firm.key.key_id],
        "name": "Mountain Copper",
    }
    assert firm.submit(extraction()).status_code == 201


def test_asking_again_gives_the_same_party(ledger: Ledger) -> None:
    firm, code = stranger(ledger), invitation(ledger)
    first = ledger.http.post(paths.ENROLMENTS, json=joining(firm, code)).json()
    second = ledger.http.post(paths.ENROLMENTS, json=joining(firm, code)).json()
    assert first["party"] == second["party"]


def test_a_code_is_for_one_firm(ledger: Ledger) -> None:
    code = invitation(ledger)
    ledger.http.post(paths.ENROLMENTS, json=joining(stranger(ledger), code))
    answer = ledger.http.post(paths.ENROLMENTS, json=joining(stranger(ledger), code))
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:provenite:problem:invitation-invalid"


def test_the_proof_is_by_the_key_itself(ledger: Ledger) -> None:
    proof = stranger(ledger).proof()
    body = joining(stranger(ledger), invitation(ledger), proof=proof)
    answer = ledger.http.post(paths.ENROLMENTS, json=body)
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:provenite:problem:token-invalid"


def test_a_key_has_one_party(ledger: Ledger) -> None:
    firm, code = ledger.enrol("trader"), invitation(ledger)
    answer = ledger.http.post(paths.ENROLMENTS, json=joining(firm, code))
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:provenite:problem:key-taken"
    assert firm.get(paths.party(firm.id)).json()["roles"] == ["trader"]
    # The invitation is still there for the key that it was meant for.
    assert ledger.http.post(paths.ENROLMENTS, json=joining(stranger(ledger), code)).is_success


def test_a_key_that_another_party_registered_is_taken(ledger: Ledger) -> None:
    firm, code, other = stranger(ledger), invitation(ledger), ledger.enrol("trader")
    other.record(further_key(other.id, firm.key))
    answer = ledger.http.post(paths.ENROLMENTS, json=joining(firm, code))
    assert answer.json()["type"] == "urn:provenite:problem:key-taken"


async def test_tries_at_once_with_the_same_key_and_code_give_the_same_party(
    ledger: Ledger,
) -> None:
    firm, code = stranger(ledger), invitation(ledger)
    answers = await at_once(ledger, [joining(firm, code) for _ in range(16)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["party"] for answer in answers}) == 1


async def test_tries_at_once_with_one_code_enrol_one_firm(ledger: Ledger) -> None:
    code = invitation(ledger)
    answers = await at_once(ledger, [joining(stranger(ledger), code) for _ in range(16)])
    assert sorted(answer.status_code for answer in answers) == [201, *[403] * 15]


async def test_tries_at_once_with_one_key_use_one_code(ledger: Ledger) -> None:
    firm, codes = stranger(ledger), [invitation(ledger) for _ in range(8)]
    answers = await at_once(ledger, [joining(firm, code) for code in codes])
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    left = [code for code, answer in zip(codes, answers, strict=True) if not answer.is_success]
    for code in left:
        assert ledger.http.post(paths.ENROLMENTS, json=joining(stranger(ledger), code)).is_success


async def at_once(ledger: Ledger, bodies: list[dict[str, object]]) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=ledger.url, timeout=30) as http:
        return await asyncio.gather(*(http.post(paths.ENROLMENTS, json=body) for body in bodies))


def test_only_the_registrar_invites(ledger: Ledger) -> None:
    answer = ledger.enrol("trader").post(paths.INVITATIONS, INVITATION)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:provenite:problem:not-entitled"
    assert ledger.http.post(paths.INVITATIONS, json=INVITATION).status_code == 401


def test_what_an_invitation_must_say(ledger: Ledger) -> None:
    for changes, slug in (
        ({"country": "XX"}, "country-unknown"),
        ({"roles": ["registrar"]}, "role-not-allowed"),
        ({"roles": ["wizard"]}, "bad-request"),
        ({"lifetime": 0}, "invitation-invalid"),
        ({"nmae": "x"}, "bad-request"),
        ({"name": ""}, "invitation-invalid"),
        ({"name": "a" * 257}, "invitation-invalid"),
        ({"name": "a\0b"}, "invitation-invalid"),
        ({"name": "a\nb"}, "invitation-invalid"),
        ({"name": "a\u202eb"}, "invitation-invalid"),
        ({"roles": []}, "role-not-allowed"),
        ({"roles": ["miner"] * 9}, "role-not-allowed"),
    ):
        answer = ledger.registrar.post(paths.INVITATIONS, {**INVITATION, **changes})
        assert answer.json()["type"] == f"urn:provenite:problem:{slug}", answer.text


def test_the_proof_gives_access_to_nothing_and_a_token_is_no_proof(ledger: Ledger) -> None:
    firm = stranger(ledger)
    code, proof = invitation(ledger), firm.proof()
    refused = ledger.http.post(paths.ENROLMENTS, json=joining(firm, code, proof=firm.token()))
    assert (refused.status_code, refused.json()["type"]) == (
        401,
        "urn:provenite:problem:token-invalid",
    )
    body = joining(firm, code, proof=proof)
    assert ledger.http.post(paths.ENROLMENTS, json=body).status_code == 201
    used = ledger.http.get(paths.PARTIES, headers={"Authorization": f"Bearer {proof}"})
    assert used.json()["type"] == "urn:provenite:problem:token-invalid"
