"""Model services that somebody else runs, each version at an address that follows from its name."""

from __future__ import annotations

from collections.abc import Collection

from mooring.bundle.release import Released
from mooring.contract.routing import Target
from mooring.delivery.controller.ask import ask
from mooring.delivery.controller.ports import Urls


class Addresses:
    """The launcher that starts nothing: `template` is such as `http://{model}-v{version}:3000`."""

    def __init__(self, template: str) -> None:
        self._template = template

    def ensure(self, model: str, released: Released) -> Urls | None:
        """The version's address once it is ready. The gateways check what it serves."""
        url = self._template.format(
            model=model, version=released.version, bundle=released.bundle[:12]
        )
        return (url,) if _is_ready(url) else None

    def keep(self, model: str, targets: Collection[Target]) -> None:
        """Whoever started the others ends them."""


def _is_ready(url: str) -> bool:
    try:
        ask(f"{url}/readyz")
    except ValueError:
        return False
    return True
