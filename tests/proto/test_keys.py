"""Ed25519 keys that vouch for nothing, by the curve's own arithmetic (RFC 8032 section 5.1.4)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.problem import Problem
from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey, SigningKey, base64url
from provenite_proto.statement.edwards25519 import SMALL_ORDER

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    (a, b), (c, d) = one, other
    product = D * a * b * c * d
    x = (a * d + b * c) * pow(1 + product, -1, P) % P
    return x, (b * d + a * c) * pow(1 - product, -1, P) % P


def times(factor: int, point: Point) -> Point:
    result = IDENTITY
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


def decoded(y: int) -> Point | None:
    """The point with this y and an even x; `None` when there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return (x if x % 2 == 0 else P - x), y
    return None


def torsion() -> set[Point]:
    """The points whose order divides 8: what is left of any point after the large prime order."""
    found = {times(ORDER, point) for y in range(2, 60) if (point := decoded(y)) and times(8, point)}
    return {times(factor, point) for point in found for factor in range(8)}


def key(encoded: bytes) -> PublicKey:
    return PublicKey(Jwk(kty="OKP", crv="Ed25519", x=base64url.encode(encoded)))


def test_the_points_of_small_order_are_all_there_are() -> None:
    points = torsion()
    assert len(points) == 8
    assert all(times(8, point) == IDENTITY for point in points)
    assert {y for _, y in points} == SMALL_ORDER


@pytest.mark.parametrize("sign", [0, 1])
def test_no_key_of_small_order(sign: int) -> None:
    for y in SMALL_ORDER:
        with pytest.raises(Problem, match="small order") as refused:
            key((y | sign << 255).to_bytes(32, "little"))
        assert refused.value.slug == "key-malformed"


def test_no_key_that_is_written_in_another_way() -> None:
    for y, sign in itertools.product(range(P, 2**255), (0, 1)):
        with pytest.raises(Problem, match="not below the prime"):
            key((y | sign << 255).to_bytes(32, "little"))


@given(st.integers(2, P - 2))
def test_a_key_is_a_point_of_the_curve(y: int) -> None:
    encoded = y.to_bytes(32, "little")
    if decoded(y) and y not in SMALL_ORDER:
        assert key(encoded).algorithm == "Ed25519"
    else:
        with pytest.raises(Problem):
            key(encoded)


@pytest.mark.parametrize("_time", range(20))
def test_generated_keys_are_fit(_time: int) -> None:
    generated = SigningKey.generate("Ed25519")
    assert PublicKey(generated.public.jwk).key_id == generated.key_id


def test_the_signature_that_anyone_can_make_does_not_count() -> None:
    """R the identity and S zero verify under the identity as key, whatever was signed."""
    with pytest.raises(Problem):
        key((1).to_bytes(32, "little")).verifies((1).to_bytes(32, "little") + bytes(32), b"x")
