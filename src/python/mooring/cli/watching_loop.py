"""Who watches the loop of a demonstration: Prometheus and Alertmanager, or what stands for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mooring.cli import observatory
from mooring.cli.loop import Loop, token_in
from mooring.cli.observatory import Observers
from mooring.cli.sentinel import Sentinel
from mooring.cli.stack import Ports
from mooring.cli.workspace import Workspace
from mooring.observability.alertmanager.destinations import LOCAL, Pace
from mooring.observability.programs import ALERTMANAGER, PROMETHEUS, ProgramMissing
from mooring.process.children import Processes

# An alarm is passed on at once, for nothing else is to be told with it, and said again soon: one
# that a retrain did not answer is to ask once more within the demonstration.
_PACE = Pace("0s", "1s", "4s")


def start_watch(
    processes: Processes, space: Workspace, loop: Loop, ports: Ports, at: Observers
) -> tuple[str, Callable[[], None]]:
    """Start who watches; gives who it is, and what is to be done now and then for it."""
    try:
        for program in (PROMETHEUS, ALERTMANAGER):
            _ = program.path
    except ProgramMissing as missing:
        sentinel = Sentinel(loop.monitor, token_in(loop.hook))
        who = f"the same rules in this process, for {missing.problem}"
        return who, sentinel.look
    told = replace(
        LOCAL,
        monitor_url=f"{loop.monitor}/hooks/alertmanager",
        secrets=str(loop.hook.parent),
        monitor_pace=_PACE,
    )
    monitor_port = int(loop.monitor.rpartition(":")[2])
    over = observatory.watched(space, ports, None, monitor_port)
    started = observatory.start(processes, space, over, at, told, forgets=True)
    return f"Prometheus at {started.prometheus}, Alertmanager at {started.alertmanager}", _nothing


def _nothing() -> None:
    """Prometheus looks by itself."""
