"""Commands as processes of their own that need not import everything again: they are forked off one
that has. MLflow, scikit-learn and ONNX take ten seconds of a processor to import.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.cli.testing.ferries import Checkout

# Runs the `mooring` command with the arguments that it is given.
MOORING = "import sys; from mooring.cli.app import app; app(sys.argv[1:])"

# Forks a child for each line, which answers with a pid, or waits for one and answers its status.
_SERVER = """
import json, os, sys, traceback
import models
import mooring.cli.app, mooring.cli.collected, mooring.cli.job_runs, mooring.cli.mirroring
import mooring.training.mlflow_tracker, mooring.training.mlflow_registry


def run(order):
    for number, name in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.chdir(order["folder"])
    os.environ.update(MOORING_ROOT=order["folder"], MOORING_HOME=order["home"])
    models.__path__[:] = [os.path.join(order["folder"], "models")]
    sys.argv = ["mooring", *order["arguments"]]
    try:
        exec(order["program"], {"__name__": "__main__"})
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1


for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        print(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        status = run(order)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(pid, flush=True)
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Started:
    """A command at work."""

    forks: Forks
    pid: int
    out: Path
    err: Path

    def wait(self) -> Done:
        """Its end."""
        status = self.forks.ask(wait=self.pid)
        return Done(status, self.out.read_text(), self.err.read_text())


@dataclass(frozen=True)
class Forks:
    """The process that forks."""

    server: subprocess.Popen[str]

    def ask(self, **order: object) -> int:
        """One order, one number."""
        assert self.server.stdin is not None  # noqa: S101
        assert self.server.stdout is not None  # noqa: S101
        self.server.stdin.write(json.dumps(order) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def start(self, checkout: Checkout, *arguments: str, program: str = MOORING) -> Started:
        """Start a command in a checkout."""
        files = [checkout.folder / name for name in ("out.txt", "err.txt")]
        for file in files:
            file.write_text("")  # a command may be ended before it opens them
        pid = self.ask(
            program=program, arguments=arguments, folder=str(checkout.folder),
            home=str(checkout.home), out=str(files[0]), err=str(files[1]),
        )  # fmt: skip
        return Started(self, pid, *files)

    def run(self, checkout: Checkout, *arguments: str, program: str = MOORING) -> Done:
        """Run a command to its end."""
        return self.start(checkout, *arguments, program=program).wait()


@contextmanager
def forks(checkout: Checkout) -> Iterator[Forks]:
    """Import everything once, with the checkout's models; end it afterwards."""
    path = [str(checkout.folder), *(os.path.abspath(each) for each in sys.path if each)]
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER], env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=checkout.folder,
    )  # fmt: skip
    with server:
        yield Forks(server)
        assert server.stdin is not None  # noqa: S101
        server.stdin.close()
