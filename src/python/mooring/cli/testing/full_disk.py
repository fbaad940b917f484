"""A retrain whose home is on a disk that is full, and then is not; run as root in a mount namespace
of its own. Prints what happened as one JSON object.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from mooring.cli.jobs import RESULT
from mooring.cli.testing.ending import bundles_in, job_of, unfinished
from mooring.cli.testing.ferries import Checkout
from mooring.cli.testing.forks import forks
from mooring.data.dataset import latest
from mooring.data.ingest import table_of

_DISK_BYTES = 64 * 1024 * 1024
# The rows that are gathered take more.
_LEFT_BYTES = 48 * 1024


def main(folder: Path) -> None:
    """Fill, fail, make room, go on."""
    checkout = Checkout(folder)
    kept = folder / "kept"
    checkout.home.rename(kept)
    checkout.home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(checkout.home)]
    subprocess.run(mount, check=True)
    shutil.copytree(kept, checkout.home, dirs_exist_ok=True)
    ballast = checkout.home / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(checkout.home).free - _LEFT_BYTES))
    asked = ("retrain", "ferry", "--incident", "i1", "--json")
    with forks(checkout) as commands:
        full = commands.run(checkout, *asked)
        without = {
            "status": full.status,
            "said": full.out,
            "bundles": len(bundles_in(checkout)),
            "staging": [name for name in unfinished(checkout) if "staging" in name],
        }
        ballast.unlink()
        again = commands.run(checkout, *asked)
    dataset = latest(table_of(checkout.home / "data", "ferry"))
    result = job_of(checkout) / RESULT
    print(  # noqa: T201
        json.dumps(
            {
                "full": without,
                "then": again.status,
                "error": again.err,
                "outcome": json.loads(result.read_text())["outcome"] if result.exists() else "",
                "version": dataset.version if dataset else None,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
