"""First runs of `./pants`: interrupted, doubled, and on a machine without the right Python.

CPython 3.9 is played by a shell script that answers as the real one does, so nothing is
downloaded; where the real one would take its time, it waits at a FIFO until the test lets it go.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.repository.toolbox import script, toolbox
from tests.repository.tracked import ROOT

WAIT = 30  # seconds after which a script that should have ended is taken for hung

# `-m venv` writes an environment whose python is this script again.
FAKE_PYTHON = """\
case "$*" in
  *"-m venv"*)
    for target in "$@"; do :; done
    mkdir -p "$target/bin"
    cp "$0" "$target/bin/python"
    printf '#!/bin/sh\\necho "pants ran: $*"\\n' >"$target/bin/pants"
    printf '#!/bin/sh\\nfor out in "$@"; do :; done\\n: >"$out"\\n' >"$target/bin/pex"
    chmod +x "$target/bin/pants" "$target/bin/pex" ;;
  *"-m pip install"*)
    [ -z "${INSTALL_FAILS-}" ] || { echo "no route to host" >&2; exit 1; }
    [ -z "${GATE-}" ] || { echo arrived; cat "$GATE" >/dev/null; } ;;
  *"-m pip config"*) [ -z "${PIP_SETTINGS-}" ] || printf '%s\\n' "$PIP_SETTINGS" ;;
  *"-m pip"*) ;;
  *ensurepip*) echo "$0" ;;
  *) echo "v0|linux_x86_64|0|0" ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A checkout with its own home and PATH."""

    root: Path
    tools: Path

    @property
    def cache(self) -> Path:
        return self.root / "home/.cache/mooring/pants"

    def environment(self, **more: str) -> dict[str, str]:
        home = str(self.root / "home")
        return {"HOME": home, "PATH": str(self.tools), "MOORING_PANTS": "bootstrap", **more}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "pants", *arguments],
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        with self.start(*arguments, **more) as process:
            out, err = process.communicate(timeout=WAIT)
        return process.returncode, out, err

    def left_behind(self) -> tuple[list[str], list[str]]:
        """Names of what is published and of the private directories."""
        entries = sorted(self.cache.iterdir()) if self.cache.exists() else []
        published = [entry.name for entry in entries if entry.is_symlink()]
        return published, [e.name for e in entries if e.is_dir() and not e.is_symlink()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "checkout"
    (root / "home").mkdir(parents=True)
    (root / "3rdparty/python").mkdir(parents=True)
    shutil.copy(ROOT / "pants", root / "pants")
    (root / "3rdparty/python/pants.lock").write_text("pex==2.1.137 \\\n    --hash=sha256:0\n")
    tools = toolbox(tmp_path / "bin", {"python3.11": Path(sys.executable)})
    script(tools / "python3.9", FAKE_PYTHON.splitlines())
    return Machine(root, tools)


def arrived(process: subprocess.Popen[str]) -> bool:
    """Read the script's messages until it waits at the gate."""
    assert process.stderr is not None
    hung = threading.Timer(WAIT, os.killpg, (process.pid, signal.SIGKILL))
    hung.start()
    try:
        return any(line == "arrived\n" for line in process.stderr)
    finally:
        hung.cancel()


def gate(machine: Machine, name: str = "gate") -> str:
    path = machine.root / name
    os.mkfifo(path)
    return str(path)


def test_a_first_run_says_what_it_does_and_the_second_is_silent(machine: Machine) -> None:
    code, out, err = machine.run("list", "::")
    assert (code, out) == (0, "pants ran: list ::\n")
    assert "first run: installing Pants 2.17.1" in err
    assert machine.run("list", "::") == (0, "pants ran: list ::\n", "")


def test_a_run_that_is_killed_leaves_nothing_that_looks_complete(machine: Machine) -> None:
    first = machine.start("list", GATE=gate(machine))
    assert arrived(first)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=WAIT)
    published, private = machine.left_behind()
    assert published == []
    assert private, "the killed run had begun"

    code, out, _ = machine.run("list")
    assert (code, out) == (0, "pants ran: list\n")
    published, after = machine.left_behind()
    assert len(published) == len(after) == 1
    assert not set(private) & set(after), "what the killed run left is swept"


def test_a_run_that_is_interrupted_cleans_up_after_itself(machine: Machine) -> None:
    path = gate(machine)
    process = machine.start("list", GATE=path)
    assert arrived(process)
    # Opening waits for the reader: a shell that is between two commands would start the next one
    # and look at the signal when that has ended.
    with open(path, "w"):
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=WAIT)
    assert process.returncode != 0
    assert machine.left_behind() == ([], [])


def test_of_two_first_runs_one_wins_and_both_work(machine: Machine) -> None:
    gates = [gate(machine, name) for name in ("first", "second")]
    both = [machine.start("list", GATE=each) for each in gates]
    for process in both:
        assert arrived(process)
    for each in gates:
        Path(each).write_text("")  # opening waits for the reader, closing lets it go
    for process in both:
        out, _ = process.communicate(timeout=WAIT)
        assert (process.returncode, out) == (0, "pants ran: list\n")
    published, private = machine.left_behind()
    assert len(published) == len(private) == 1


def test_without_cpython_3_9_it_says_what_to_install(machine: Machine) -> None:
    (machine.tools / "python3.9").unlink()
    code, out, err = machine.run("list")
    assert (code, out) == (1, "")
    assert "no working CPython 3.9" in err
    assert "uv python install 3.9 3.11" in err
    assert machine.left_behind() == ([], [])


@pytest.mark.parametrize("version", ["3.9", "3.11"])
def test_a_shim_that_does_not_run_is_not_an_interpreter(machine: Machine, version: str) -> None:
    (machine.tools / f"python{version}").unlink()
    script(machine.tools / f"python{version}", ["echo 'pyenv: version not active' >&2", "exit 127"])
    code, _, err = machine.run("list")
    assert code == 1
    assert f"no working CPython {version}" in err


def test_an_interpreter_behind_a_broken_shim_is_found(machine: Machine) -> None:
    pyenv = machine.root / "pyenv/versions/3.9.18/bin"
    pyenv.mkdir(parents=True)
    shutil.move(machine.tools / "python3.9", pyenv / "python3.9")
    script(machine.tools / "python3.9", ["exit 127"])
    code, out, err = machine.run("list", PYENV_ROOT=str(machine.root / "pyenv"))
    assert (code, out) == (0, "pants ran: list\n")
    assert str(pyenv / "python3.9") in err


def test_without_the_index_it_names_index_cure_and_log(machine: Machine) -> None:
    settings = "global.index-url='https://mirror.example/simple'"
    code, _, err = machine.run("list", INSTALL_FAILS="1", PIP_SETTINGS=settings)
    assert code == 1
    assert "https://mirror.example/simple" in err
    assert "PIP_INDEX_URL" in err
    assert "no route to host" not in err, "pip's own words belong in the log"
    log = Path(err.split("pip's log: ")[1].strip())
    assert "no route to host" in log.read_text()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param("", "unset", id="no setting leaves Pants its default"),
        pytest.param(
            "global.index-url='https://a.example/simple'",
            "['https://a.example/simple']",
            id="a mirror replaces the default",
        ),
        pytest.param(
            "global.extra-index-url='https://b.example/s https://c.example/s'",
            "+['https://b.example/s','https://c.example/s']",
            id="extra indexes are added to the default",
        ),
        pytest.param(
            "global.index-url='https://a.example/s'\n:env:.index-url='https://e.example/s'",
            "['https://e.example/s']",
            id="the environment outranks the file",
        ),
    ],
)
def test_pips_settings_decide_the_index(machine: Machine, settings: str, expected: str) -> None:
    machine.run("list")
    home = next(entry for entry in machine.cache.iterdir() if entry.is_symlink())
    script(home / "bin/pants", ['echo "${PANTS_PYTHON_REPOS_INDEXES-unset}"'])
    assert machine.run("list", PIP_SETTINGS=settings) == (0, f"{expected}\n", "")


def test_demo_is_the_packaged_command(machine: Machine) -> None:
    script(machine.root / "mooring", ['echo "mooring: $*"'])
    assert machine.run("demo", "--keep-up") == (0, "mooring: demo --keep-up\n", "")
