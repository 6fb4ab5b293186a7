"""The order of the suite: what is quick to fail comes first."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Moves tests marked `slow` to the end, otherwise keeping the order."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
