"""A log on a disk that fills up and is emptied again; run as root in a mount namespace of its own.

Prints what happened as one JSON object: see `full_disk_test.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mooring.predictionlog.entries import PredictionEntry
from mooring.predictionlog.feed import Feed
from mooring.predictionlog.journal import Rotation
from mooring.predictionlog.ledger import Bounds, Count
from mooring.predictionlog.testing.records import STREAM, entry, ids_of, logged
from mooring.predictionlog.testing.writers import Starter, until

_DISK_BYTES, _BALLAST_BYTES = 512 * 1_024, 448 * 1_024


def main(folder: Path) -> None:
    """Fill, refuse, make room, go on."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(_BALLAST_BYTES))
    feed = Feed(Starter(folder, rotation=Rotation(most_bytes=8_192)), Bounds(records=500))
    feed.open()
    accepted: list[PredictionEntry] = []
    number = 0

    def offer() -> Count:
        nonlocal number
        number += 1
        if feed.accept(entry(number)):
            accepted.append(entry(number))
        return _exact(feed)

    offer()
    until(lambda: offer().dropped["refused"] > 0)
    full = _exact(feed)
    ballast.unlink()
    until(lambda: _exact(feed).queued == 0)
    recovered = _exact(feed)
    for _ in range(100):
        offer()
    done = feed.close(20)
    found = logged(folder)
    print(  # noqa: T201
        json.dumps(
            {
                "refused": full.dropped["refused"],
                "queued_while_full": full.queued,
                "dropped_after": recovered.dropped["refused"],
                "written": done.counts[STREAM].written,
                "accepted": len(accepted),
                "read_as_accepted": found == ids_of(accepted),
                "starts": done.starts,
            }
        )
    )


def _exact(feed: Feed) -> Count:
    count = feed.state().counts[STREAM]
    assert (  # noqa: S101
        count.accepted == count.written + sum(count.dropped.values()) + count.queued
    )
    return count


if __name__ == "__main__":
    main(Path(sys.argv[1]))
