"""Model services of this machine, started and ended as a rollout needs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from mooring.bundle.release import Released
from mooring.cli.http import status_of
from mooring.cli.registry import find_model
from mooring.cli.released import open_released
from mooring.cli.workspace import Workspace
from mooring.contract.routing import Target
from mooring.delivery.controller.ports import Urls
from mooring.process.children import Child, Processes, failed, stop
from mooring.process.ports import free_port
from mooring.process.service import ServiceProcess

# A gateway gives what is under way 60 s to finish at a service that its document no longer names.
LINGER_SECONDS = 65.0

_Named = tuple[str, int, str]


@dataclass
class _Service:
    child: Child
    url: str
    needed: float


@dataclass
class LocalServices:
    """The launcher of one machine; its services end with `processes`."""

    processes: Processes
    space: Workspace
    now: Callable[[], float] = time.monotonic
    linger: float = LINGER_SECONDS
    _running: dict[_Named, _Service] = field(default_factory=dict)

    def ensure(self, model: str, released: Released) -> Urls | None:
        """Its address once it is ready; one that has ended is started again.

        Raises a BundleError for a bundle that cannot be served, and ProcessFailed for a service
        that refuses it.
        """
        named = (model, released.version, released.bundle)
        service = self._running.get(named)
        if service is None or service.child.process.poll() is not None:
            self._running[named] = self._start(model, released)
            return None
        service.needed = self.now()
        status = status_of(f"{service.url}/readyz")
        if status == 503:
            raise failed(service.child, "it refuses to serve the bundle")
        return (service.url,) if status == 200 else None

    def keep(self, model: str, targets: Collection[Target]) -> None:
        """End the others of the model once nobody can be waiting for an answer of theirs."""
        in_use = {(model, target.version, target.bundle) for target in targets}
        for named, service in list(self._running.items()):
            if named in in_use:
                service.needed = self.now()
            elif named[0] == model and self.now() - service.needed > self.linger:
                stop(self._running.pop(named).child.process)

    def _start(self, model: str, released: Released) -> _Service:
        known = find_model(model)
        service = ServiceProcess(
            service=known.service,
            folder=open_released(known, self.space, released).path,
            bundle=released.bundle,
            version=released.version,
            home=self.space.home,
            port=free_port(),
        )
        name = f"service-{model}-v{released.version}"
        child = self.processes.start(name, service.command, service.environ)
        return _Service(child, service.url, self.now())
