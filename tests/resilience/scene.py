"""Two gateways, one before a single replica and one before two, and the way to break the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mooring.gateway.hop.breaker import State
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.testing.faults import Line, faulty
from mooring.gateway.testing.gateway import RunningGateway, gateway, routing_document
from mooring.gateway.testing.service import ServiceProcess
from mooring.gateway.testing.upstream import Behaviour, upstream
from tests.resilience.cases import Case, Outcome

# Short, so that whoever waits in vain does not wait long.
DEADLINE_SECONDS = 1.0
_BRIEF = CONTRACT.model_copy(
    update={"limits": CONTRACT.limits.model_copy(update={"deadline_seconds": DEADLINE_SECONDS})}
)
# The gateway asks by itself so seldom that the first request is the one to find a fault.
_SETTINGS = Settings(port=0, learn_seconds=0.02, watch_seconds=60.0)


@dataclass
class Scene:
    """A gateway, the line to its replica that can be broken, and that replica."""

    running: RunningGateway
    line: Line
    behaviour: Behaviour
    process: ServiceProcess | None = None  # where it is one of its own

    def break_it(self, case: Case) -> None:
        """Let the fault begin."""
        for name, value in case.behaviour.items():
            setattr(self.behaviour, name, value)
        self.line.set(case.fault)
        if case.signal and self.process:
            self.process.send(case.signal)

    def mend_it(self) -> None:
        """Let it end."""
        sound = Behaviour(contract=_BRIEF)
        for name in ("status", "answer", "bundle"):
            setattr(self.behaviour, name, getattr(sound, name))
        self.line.mend()
        if self.process:
            self.process.recover()

    def all_well(self) -> bool:
        """Whether every replica takes part. Asks for a prediction: a breaker wants a probe."""
        self.outcome()
        replicas = self.running.ports.models["voyage_delay"].champion.replicas
        return all(each.ready and each.breaker.state is State.CLOSED for each in replicas)

    def outcome(self) -> Outcome:
        """What a request meets."""
        answer = self.running.predict(ROW)
        ok = answer.status == 200
        return Outcome(answer.status, "" if ok else answer.json.get("reason") or "")


@contextmanager
def scene(replicas: int) -> Iterator[Scene]:
    """A gateway that is ready: its first replica can be broken, the others stay sound."""
    behaviour = Behaviour(contract=_BRIEF)
    with upstream(behaviour) as first, _before(first.port, replicas) as (line, running):
        yield Scene(running, line, behaviour)


@contextmanager
def scene_with_process(replicas: int) -> Iterator[Scene]:
    """The same, and the first replica is a process."""
    with (
        ServiceProcess.running(DEADLINE_SECONDS) as process,
        _before(process.port, replicas, direct=True) as (line, running),
    ):
        yield Scene(running, line, Behaviour(), process)


@contextmanager
def _before(
    port: int, replicas: int, direct: bool = False
) -> Iterator[tuple[Line, RunningGateway]]:
    """A line to the service on `port`, and a gateway before it and the sound one.

    `direct`: the line is not used, since a proxy before a process that is gone hides that it is.
    """
    with faulty(port) as line, upstream(Behaviour(contract=_BRIEF)) as sound:
        first = f"http://127.0.0.1:{port}" if direct else line.url
        urls = [first, sound.url][:replicas]
        document = routing_document(first, urls=urls)
        with gateway(first, _SETTINGS, document) as running:
            running.until_ready()
            yield line, running
