"""compose.yaml as its own tool reads it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.needs import need_path

COMPOSE_FILE = Path(__file__).parents[2] / "deploy/compose.yaml"
WITNESS_FILE = COMPOSE_FILE.with_name("witness.compose.yaml")

OPERATOR = {"PROVENITE_ORIGIN": "https://ledger.example", "PROVENITE_COUNTRY": "DE"}
WITNESS_OPERATOR = {"PROVENITE_WITNESS_LOG": "ledger.example/log+00000000+AA=="}
Compose = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def compose() -> Compose:
    """`docker-compose` over deploy/compose.yaml, or another file, for an operator with these variables."""
    program = need_path(Path(sys.executable).with_name("docker-compose"), hint="make install")
    foreign = {k: v for k, v in os.environ.items() if not k.startswith("PROVENITE_")}

    def run(
        *arguments: str, operator: dict[str, str] = OPERATOR, file: Path = COMPOSE_FILE
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "-f", file, *arguments],
            env=foreign | operator,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def composed(compose: Compose) -> dict[str, Any]:
    """The whole file with anchors, short forms and variables resolved."""
    result = compose("config", "--format", "json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)  # type: ignore[no-any-return] # a JSON object of many shapes


@pytest.fixture(scope="session")
def services(composed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return composed["services"]  # type: ignore[no-any-return] # as above


@pytest.fixture(scope="session")
def witness_service(compose: Compose) -> dict[str, Any]:
    """The one service of witness.compose.yaml."""
    result = compose("config", "--format", "json", operator=WITNESS_OPERATOR, file=WITNESS_FILE)
    assert result.returncode == 0, result.stderr
    services = json.loads(result.stdout)["services"]
    assert services.keys() == {"witness"}
    return services["witness"]  # type: ignore[no-any-return] # as above
