"""Tables on a disk that is full at every step in turn; run as root in a mount namespace of its own.

Prints what happened as one JSON object: see `full_disk_test.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.errors import TablesUnwritable
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import (
    all_ids,
    labels,
    name_of,
    predictions,
    seal,
    tables_in,
)
from mooring.monitor.tables.upkeep import compact

_DISK_BYTES, _PAGE = 4 * 1_048_576, 4_096


def main(folder: Path) -> None:
    """Leave a little more room each time, and see how far a pass gets."""
    tables = tables_in(folder)
    tables.home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(tables.home)]
    subprocess.run(mount, check=True)
    names: list[str] = []
    told: list[str] = []
    for pages in range(16):
        name = name_of(pages)
        seal(tables, predictions(name))
        seal(tables, labels({name: 1.0}))
        names.append(name)
        told += _with_room_for(tables, pages)
    refused = len(told)
    whole = all_ids(tables) == sorted(set(all_ids(tables)))
    found = collect(tables)
    compact(tables)
    print(  # noqa: T201
        json.dumps(
            {
                "refused": refused,
                "told": sorted(set(told)),
                "whole_while_full": whole,
                "all_once": all_ids(tables) == names,
                "totals": [found.totals.predictions, found.totals.labels, found.totals.outcomes],
                "left": sorted(p.name for p in tables.folder.glob(".writing-*")),
                "segments": len(list(tables.log.rglob("*.segment"))),
                "made": len(names),
            }
        )
    )


def _with_room_for(tables: Tables, pages: int) -> list[str]:
    ballast = tables.home / "ballast"
    state = os.statvfs(tables.home)
    ballast.write_bytes(bytes(max(0, state.f_bavail - pages) * _PAGE))
    try:
        collect(tables)
    except TablesUnwritable as error:
        return [str(error)]
    finally:
        ballast.unlink()
    return []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
