"""A monitor on a disk that fills up and is emptied again; run as root in mounts of its own.

Prints what happened as one JSON object: see `full_disk_test.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.process import running
from mooring.monitor.testing.world import MODEL, World

_DISK = "24m"
_ROWS = 100
_DAYS = 12

TOTAL = f"mooring_monitor_rows_total{{model={MODEL}}}"
FAILED = f"mooring_drift_runs_total{{model={MODEL},outcome=failed}}"
COVERAGE = f"mooring_labels_coverage_ratio{{model={MODEL},version=3}}"


def main(folder: Path) -> None:
    """Start on a disk with room, fill it, log more, make room, go on."""
    world = World(folder, Rides(rows=_ROWS))
    # The log lies elsewhere: it is the gateway's to say that its own disk is full.
    home = world.home / "monitor"
    world.route(world.promote())
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(home)], check=True)
    world.log(FIRST, 2)
    with running(world.environ) as monitor:
        monitor.until(lambda shown: shown.get(TOTAL) == 2 * _ROWS)
        ballast = home / "ballast"
        _fill(ballast)
        rows = 2 * _ROWS + world.log(FIRST.replace(day=FIRST.day + 2), _DAYS - 2)
        full = monitor.until(lambda shown: shown.get(FAILED, 0.0) > 0)
        unready = monitor.get("/readyz")
        ballast.unlink()
        after = monitor.until(lambda shown: COVERAGE in shown and shown[TOTAL] == rows)
        told = {
            "while_full": full[TOTAL],
            "unready": unready,
            "ready": monitor.get("/readyz")[0],
            "after": after[TOTAL],
            "rows": rows,
            "coverage": after[COVERAGE],
        }
    print(json.dumps(told))  # noqa: T201


def _fill(path: Path) -> None:
    """Write until there is no room, not even for a page."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


if __name__ == "__main__":
    main(Path(sys.argv[1]))
