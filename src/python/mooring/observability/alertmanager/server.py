"""How Alertmanager is started: alone, on this machine's own address."""

from __future__ import annotations

from pathlib import Path

from mooring.observability.programs import ALERTMANAGER
from mooring.process.ports import LOOPBACK


def command(config: Path, data: Path, port: int) -> list[str]:
    """The command of an Alertmanager that keeps its state in `data`. Raises ProgramMissing."""
    return [
        ALERTMANAGER.path,
        f"--config.file={config}",
        f"--storage.path={data}",
        f"--web.listen-address={LOOPBACK}:{port}",
        # Notifications link to it; by itself it would take the name of the machine.
        f"--web.external-url=http://{LOOPBACK}:{port}",
        # No cluster: otherwise it listens on every address, and refuses machines without one.
        "--cluster.listen-address=",
    ]
