"""What `provenite` offers, and that both clients offer the same."""

import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import provenite
from provenite import AsyncClient, Client


def test_all_is_sorted_and_all_that_is_public() -> None:
    modules = {module.name for module in pkgutil.iter_modules(provenite.__path__)}
    public = {name for name in vars(provenite) if not name.startswith("_")} - modules
    assert provenite.__all__ == sorted(provenite.__all__)
    assert public == set(provenite.__all__)


def test_modules_are_private_but_the_command() -> None:
    public = {
        module.name
        for module in pkgutil.iter_modules(provenite.__path__)
        if not module.name.startswith("_")
    }
    assert public <= {"cli"}
    for module in pkgutil.iter_modules(provenite.__path__):
        if module.name != "__main__":
            assert importlib.import_module(f"provenite.{module.name}").__doc__


def operations(client: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_")
    }


def test_both_clients_have_the_same_operations() -> None:
    blocking, asynchronous = operations(Client), operations(AsyncClient)
    assert blocking.keys() == asynchronous.keys()
    for name, method in blocking.items():
        other = asynchronous[name]
        one, two = inspect.signature(method), inspect.signature(other)
        assert one.parameters == two.parameters, name
        assert str(one.return_annotation) == str(two.return_annotation).replace("Async", ""), name
        assert method.__doc__ == other.__doc__, name


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    "url", ["", "ledger.example", "ftp://ledger.example", "http://", "http://a:b", "http://a/?b"]
)
def test_what_is_no_address_is_refused_at_once(client: type, url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        client(url)
