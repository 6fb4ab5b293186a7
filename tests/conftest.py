"""What holds for the whole suite: its order (what is quick to fail comes first) and its properties."""

import pytest
from hypothesis import HealthCheck, settings

# On a loaded machine an example's time says nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Moves tests marked `slow` to the end, otherwise keeping the order."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
