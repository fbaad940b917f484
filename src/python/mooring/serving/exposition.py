"""Two registries: what the service counts in, and what it shows.

They are one while there is one worker. Of several each counts in its own, which nobody reads, and
shows what all of them counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mooring.telemetry.workers import AddedUp, ProcessesOf, Workers

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


def registries(workers: Workers | None) -> tuple[CollectorRegistry, CollectorRegistry]:
    """The registry to bind metrics to, and the one to expose."""
    from prometheus_client import CollectorRegistry, PlatformCollector, disable_created_metrics

    # A second series for each counter, which the catalogue does not name and nothing reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    shown = CollectorRegistry()
    PlatformCollector(registry=shown)
    if workers is None:
        _watch_this_process(shown)
        return shown, shown
    # Nothing of `python_gc_*`: no other process can read what an interpreter counts.
    shown.register(ProcessesOf(workers))
    shown.register(AddedUp(workers))
    return CollectorRegistry(), shown


def _watch_this_process(registry: CollectorRegistry) -> None:
    from prometheus_client import GCCollector, ProcessCollector

    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
