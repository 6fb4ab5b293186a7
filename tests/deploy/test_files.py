"""The Dockerfile and compose.yaml: what their own tools say, and what we promise beyond that."""

import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from provenite_ledger import settings
from provenite_ledger.http.submitting import MAX_BATCH_BYTES
from provenite_ledger.settings import Settings
from provenite_witness.cli import main as witness
from tests.deploy.conftest import WITNESS_FILE
from tests.needs import need_path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
VERSION = tomllib.loads((ROOT / "services/ledger/pyproject.toml").read_text())["project"]["version"]
Compose = Callable[..., subprocess.CompletedProcess[str]]
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL", re.I)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, one a pair, without comments and line continuations."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text()).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line.strip()]


def final_stage() -> dict[str, str]:
    """What the image is made of, by instruction; several COPY or ENV are one text."""
    stage: dict[str, str] = {}
    for name, rest in instructions():
        if name == "FROM":
            stage.clear()
        stage[name] = "\n".join(filter(None, [stage.get(name), rest]))
    return stage


def test_hadolint_has_nothing_to_say() -> None:
    program = need_path(BIN / "hadolint", hint="make install")
    command = [str(program), "--no-color", "--failure-threshold", "style", "Dockerfile"]
    result = subprocess.run(command, cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, ""), result.stdout + result.stderr


def test_hadolint_and_we_ignore_no_rule() -> None:
    assert "hadolint ignore" not in (DEPLOY / "Dockerfile").read_text()
    assert not list(ROOT.glob(".hadolint.y*ml"))


def test_dockerfile_base_has_a_tag() -> None:
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert set(bases) == {"${BASE}"}
    default = dict(instructions())["ARG"].removeprefix("BASE=")
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", default)
    assert f'base.name="{default}"' in final_stage()["LABEL"]


def test_image_runs_as_a_number_other_than_root() -> None:
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", final_stage()["USER"])


def test_image_takes_everything_from_the_builder() -> None:
    stage = final_stage()
    assert not {"RUN", "ADD", "SHELL"} & stage.keys(), "nothing is installed in the final stage"
    for copied in stage["COPY"].splitlines():
        assert copied.startswith("--from=builder ")
    for instruction in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(stage[instruction]), list), "no shell between us and signals"


def test_image_says_how_to_stop_watch_and_reach_it() -> None:
    stage = final_stage()
    assert (stage["STOPSIGNAL"], stage["EXPOSE"]) == ("SIGTERM", "8080")
    assert "/health" in stage["HEALTHCHECK"]
    assert stage["VOLUME"] == "/var/lib/provenite"


def test_version_is_the_distributions() -> None:
    assert f'version="{VERSION}"' in final_stage()["LABEL"]
    assert f"image: provenite-ledger:{VERSION}\n" in (DEPLOY / "compose.yaml").read_text()
    assert f"-t provenite-ledger:{VERSION} " in (DEPLOY / "Dockerfile").read_text()


def test_image_holds_no_secret() -> None:
    for name, rest in instructions():
        if name in ("ARG", "ENV", "LABEL"):
            assert not SECRET_NAME.search(rest)


def test_compose_file_is_valid(compose: Compose) -> None:
    result = compose("config", "--quiet")
    assert (result.returncode, result.stderr) == (0, "")


def test_compose_asks_for_what_has_no_good_default(compose: Compose) -> None:
    result = compose("config", "--quiet", operator={})
    assert result.returncode != 0
    assert re.search(r"PROVENITE_(ORIGIN|COUNTRY) is missing", result.stderr)


@pytest.mark.parametrize("name", ["ledger", "database", "witness"])
def test_service_has_the_least_privilege(
    services: dict[str, dict[str, Any]], witness_service: dict[str, Any], name: str
) -> None:
    service = (services | {"witness": witness_service})[name]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert int(service["mem_limit"]) > 0
    assert int(service["pids_limit"]) > 0
    assert service["restart"] == "unless-stopped"


def test_no_service_is_left_out_of_these_tests(services: dict[str, dict[str, Any]]) -> None:
    assert services.keys() == {"ledger", "database"}


def test_a_witness_is_told_for_which_logs(compose: Compose) -> None:
    result = compose("config", "--quiet", operator={}, file=WITNESS_FILE)
    assert "PROVENITE_WITNESS_LOG is missing" in result.stderr


def test_a_witness_s_variables_are_its_command_s(witness_service: dict[str, Any]) -> None:
    serve = typer.main.get_command(witness)
    assert isinstance(serve, TyperGroup)
    known = {option.envvar for option in serve.commands["serve"].params}
    assert witness_service["environment"].keys() <= known
    assert [port["host_ip"] for port in witness_service["ports"]] == ["127.0.0.1"]
    assert witness_service["image"] == f"provenite-ledger:{VERSION}"


def test_images_are_pinned(services: dict[str, dict[str, Any]]) -> None:
    assert services["ledger"]["image"] == f"provenite-ledger:{VERSION}"
    assert re.fullmatch(r"postgres:18(\.\d+)?-\w+", services["database"]["image"])


def test_database_is_reached_by_the_ledger_alone(
    composed: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert composed["networks"]["database"]["internal"] is True
    assert services["database"]["networks"].keys() == {"database"}
    assert "ports" not in services["database"]
    assert services["database"]["user"] == "999:999"
    assert [port["host_ip"] for port in services["ledger"]["ports"]] == ["127.0.0.1"]


def test_ledger_waits_for_a_healthy_database(services: dict[str, dict[str, Any]]) -> None:
    assert services["ledger"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_secrets_are_files_that_git_ignores(
    composed: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for service in services.values():
        for name, value in service["environment"].items():
            assert not SECRET_NAME.search(name) or name.endswith("_FILE")
            assert not re.search(r"://[^/]*:[^/]*@", value), "a password in a URL"
    need_path(ROOT / ".git", hint="a git clone")
    for secret in composed["secrets"].values():
        command = ["git", "check-ignore", "--quiet", secret["file"]]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_readme_describes_every_setting() -> None:
    source = inspect.getsource(settings)
    described = re.findall(r'(?m)^    (?:""")?`([A-Z_]+)`: ', source)
    rows = re.findall(r"(?m)^\| `([A-Z_]+)` \| ([^|]+) \|", (DEPLOY / "README.md").read_text())
    assert sorted(name for name, _ in rows) == sorted(described)
    for name, default in rows:
        field = name.removeprefix("PROVENITE_").removesuffix("_FILE").lower()
        assert (
            default.startswith("none")
            or f"`{getattr(Settings(), field) or Settings().address}`" == default
        )


def test_readme_s_proxies_let_the_largest_body_through() -> None:
    readme = (DEPLOY / "README.md").read_text()
    sizes = re.findall(r"client_max_body_size (\d+)m;|max_size (\d+)MiB", readme)
    assert len(sizes) == 2
    for size in sizes:
        assert int("".join(size)) * 1024 * 1024 > MAX_BATCH_BYTES
