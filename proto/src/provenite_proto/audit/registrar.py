"""A stand-in for the registrar's other keys, which a pack may lack."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..ledger import RegisteredKey, State
from ..record import Jwk, Role
from ..statement import PublicKey

_GENERATOR = PublicKey(
    Jwk(
        kty="EC",
        crv="P-256",
        x="axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        y="T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    )
)
"""The generator of P-256: anyone has its private key, so it is never in a state when a signature is looked at."""


@contextmanager
def with_spare_key(state: State) -> Iterator[None]:
    """The state with one more key of the registrar's, for the admission of a revocation."""
    registrar = next(
        (each.id for each in state.parties.values() if Role.REGISTRAR in each.roles), None
    )
    if registrar is None or _GENERATOR.key_id in state.keys:
        yield
        return
    state.put(RegisteredKey(_GENERATOR, registrar, 0, 0, ""))
    try:
        yield
    finally:
        del state.keys[_GENERATOR.key_id]
