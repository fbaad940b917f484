"""The fixtures keep what they promise: an engine that works, and a machine that looks as before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.containers.cell import Unavailable, remove_cgroups
from tests.containers.engine import Engine, engine
from tests.containers.podman import podman

# Say why there is no engine, as a test that is skipped would.
TELL = """
from tests.containers.engine import Unavailable, engine
try:
    with engine():
        print("there is one")
except Unavailable as reason:
    print(reason)
"""
# Python's own library may lie where only root may look.
WITHOUT_ROOT = "import tests.containers.engine\nimport os\nos.seteuid(65534)\n"
WITHOUT_PROGRAMS = "from tests.containers import cell\ncell.PLACES = ''\n"
RUN_FOR_EVER = """
import signal, sys
from pathlib import Path
from tests.containers.engine_test import engine, run_something
with engine() as found:
    run_something(found, Path(sys.argv[1]))
    print(found.own.processes, flush=True)
    signal.pause()
"""


@dataclass(frozen=True)
class Machine:
    """What an engine changes on a machine that it is let loose on."""

    mounts: frozenset[str]
    links: frozenset[str]
    forwarding: str


def machine() -> Machine:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return Machine(
        frozenset(line.split()[4] for line in mounts),
        frozenset(os.listdir("/sys/class/net")),
        Path("/proc/sys/net/ipv4/ip_forward").read_text(),
    )


def running(processes: str) -> list[str]:
    """Whoever is in a namespace."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "ns/pid") == processes:
                found.append((folder / "comm").read_text().strip())
        except OSError:  # it has ended
            continue
    return found


def cgroups(temporary: Path) -> list[str]:
    """What is left of the control groups of those who had this folder to themselves."""
    names = [f"mooring-{path.name}" for path in temporary.iterdir()]
    return [name for name in names if list(Path("/sys/fs/cgroup").glob(f"**/{name}"))]


@contextmanager
def ours() -> Iterator[tuple[Engine, str]]:
    """An engine that these tests start, and the namespace of its processes; skips where another
    runs or none can be had.
    """
    try:
        with engine() as found:
            if found.own is None:
                pytest.skip("a Docker engine runs here already, and stays as it is")
            yield found, found.own.processes
    except Unavailable as reason:
        pytest.skip(str(reason))


def run_something(found: Engine, folder: Path) -> None:
    """A container that would go on for ever: a program of this machine, in an image of links."""
    rootfs = folder / "rootfs.tar"
    with tarfile.open(rootfs, "w") as tar:
        for name in ("bin", "lib", "lib64"):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(link)
    found.docker("import", str(rootfs), "links")
    found.docker(
        "run",
        "--detach",
        "--stop-timeout",
        "1",
        "--volume",
        "/usr:/usr:ro",
        "links",
        "/bin/sleep",
        "infinity",
    )


@contextmanager
def short_folder() -> Iterator[Path]:
    """For temporary files: a socket's path has 107 characters at most."""
    folder = Path(tempfile.mkdtemp(prefix="t-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def python(
    script: str, temporary: Path, *argv: str, **environ: str
) -> Iterator[subprocess.Popen[str]]:
    own = {"TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(p or "." for p in sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-c", script, *argv], env={**os.environ, **own, **environ},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_podman_leaves_a_machine_as_it_was() -> None:
    before = machine()
    try:
        with podman() as found:
            processes, folder = found.own.processes, found.folder
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert (machine(), running(processes), folder.exists()) == (before, [], False)


def test_an_engine_leaves_a_machine_as_it_was() -> None:
    before = machine()
    with ours() as (_, processes):
        assert "dockerd" in running(processes)
    assert (machine(), running(processes)) == (before, [])


def test_it_does_so_when_a_test_fails_with_a_container_running(tmp_path: Path) -> None:
    seen = []

    def failing() -> None:
        with ours() as (found, processes):
            seen.append(processes)
            run_something(found, tmp_path)
            raise ZeroDivisionError

    before = machine()
    with pytest.raises(ZeroDivisionError):
        failing()
    assert (machine(), running(*seen)) == (before, [])


def test_it_does_not_outlive_a_test_that_is_killed(tmp_path: Path) -> None:
    """But for files and empty groups, which nobody is there to remove."""
    with ours():
        pass
    before = machine()
    with short_folder() as temporary:
        with python(RUN_FOR_EVER, temporary, str(tmp_path)) as child:
            assert child.stdout is not None
            processes = child.stdout.readline().strip()
            assert "containerd-shim" in running(processes)
        wait_until(lambda: not running(processes))
        for name in cgroups(temporary):
            remove_cgroups(f"/{name}")
    assert machine() == before


@pytest.mark.parametrize(
    ("script", "folder", "environ", "reason"),
    [
        pytest.param(
            WITHOUT_ROOT + TELL, "", {}, "no Docker engine runs, and only root may start one",
            id="not root",
        ),
        pytest.param(
            WITHOUT_PROGRAMS + TELL, "", {"PATH": ""}, "docker is not installed", id="no docker"
        ),
        pytest.param(
            TELL, "x" * 100, {}, "the Docker engine cannot start here:\n",
            id="an engine that cannot start, with its last words",
        ),
    ],
)  # fmt: skip
def test_the_reason_why_there_is_no_engine_is_told(
    script: str, folder: str, environ: dict[str, str], reason: str
) -> None:
    with ours():
        pass
    with short_folder() as temporary:
        (temporary / folder).mkdir(exist_ok=True)
        with python(script, temporary / folder, **environ) as child:
            said, _ = child.communicate(timeout=60)
        assert list((temporary / folder).iterdir()) == []
    assert said.startswith(reason)
    assert len(said) > len(reason)
