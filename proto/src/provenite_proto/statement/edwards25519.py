"""Which 32 bytes are an Ed25519 public key fit to vouch for anything (RFC 8032 sections 5.1.3 and 5.1.7).

Libraries differ in what they take: some reduce y modulo p, most let a key of small order pass, under which a
signature can be made without any private key. Here such keys are refused before a library sees them, so that
all readers agree.
"""

P = 2**255 - 19
"""The field's prime."""
D = -121665 * pow(121666, -1, P) % P
"""The curve's constant: -x² + y² = 1 + d x² y²."""
_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL_ORDER = frozenset({0, 1, P - 1, _ORDER_EIGHT, P - _ORDER_EIGHT})
"""y of the eight points whose order divides 8 (the torsion points): orders 4, 1, 2, 8 and 8."""


def check(encoded: bytes) -> None:
    """Raise `ValueError` unless the 32 bytes encode a point of large order, y below p."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= P:
        raise ValueError("y is not below the prime (RFC 8032 section 5.1.3, step 1)")
    if y in SMALL_ORDER:
        raise ValueError("the point has a small order: anyone could sign with it")
    # Step 2: x² = (y² - 1) / (d y² + 1) has a root where the product is a square (Euler's criterion).
    if pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) != 1:
        raise ValueError("no point of the curve has this y (RFC 8032 section 5.1.3, step 2)")
