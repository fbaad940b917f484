"""The fake model service as a process: it can be killed, stopped, and asked to end.

    python -m mooring.gateway.testing.service PORT DRAIN_SECONDS DEADLINE_SECONDS

It ends as the real one does: from SIGTERM on it is not ready and its answers close their
connections; after the drain it stops listening, finishes what is under way and exits 0.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mooring.gateway.testing.contracts import CONTRACT
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, serve
from mooring.process.ports import free_port

# As long as the real one, see `mooring.serving.drain`.
DRAIN_SECONDS = 0.5
# What a request may take once nobody new is let in.
_FINISH_SECONDS = 10.0
_LISTENS = "listening"
_MODULE = "mooring.gateway.testing.service"


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal ends it."""
    port, drain, deadline = int(arguments[0]), float(arguments[1]), float(arguments[2])
    limits = CONTRACT.limits.model_copy(update={"deadline_seconds": deadline})
    behaviour = Behaviour(contract=CONTRACT.model_copy(update={"limits": limits}))
    asyncio.run(_serve(FakeUpstream(port, behaviour), drain))
    return 0


async def _serve(service: FakeUpstream, drain: float) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def leave() -> None:
        service.behaviour.leaving = True
        loop.call_later(drain, stop.set)

    loop.add_signal_handler(signal.SIGTERM, leave)
    await serve(service, _announce, stop, _FINISH_SECONDS)


def _announce() -> None:
    sys.stdout.write(f"{_LISTENS}\n")
    sys.stdout.flush()


@dataclass
class ServiceProcess:
    """A process that listens on `port`, and whatever takes its place there."""

    port: int
    deadline: float
    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def running(cls, deadline: float = 10.0, port: int = 0) -> Iterator[ServiceProcess]:
        """One that listens; killed at the end of the block, stopped or not."""
        port = port or free_port()
        service = cls(port, deadline, _start(port, deadline))
        try:
            service.wait()
            yield service
        finally:
            service.process.kill()
            service.process.communicate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, name: str) -> None:
        """Send the signal of that name."""
        self.process.send_signal(signal.Signals[name])
        if name == "SIGKILL":
            self.process.communicate()

    def recover(self) -> None:
        """Let it run on if it was stopped; start another on its port if it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        else:
            self.process = _start(self.port, self.deadline)
            self.wait()

    def wait(self) -> None:
        """Wait until it listens. Raises ChildProcessError when it ends instead."""
        said = self.process.stdout.readline() if self.process.stdout else ""
        if said != f"{_LISTENS}\n":
            raise ChildProcessError(f"the model service ended with {self.process.wait()}")


def _start(port: int, deadline: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE, str(port), str(DRAIN_SECONDS), str(deadline)],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
