"""What the last rollout of an environment changed, on disk before the first change is made: a
process that is killed half way leaves behind what has to be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mooring.delivery.rollout.errors import NothingToUndo


@dataclass(frozen=True)
class Step:
    """One Deployment: what it ran, the version of its template that said so, what it is to run."""

    deployment: str
    before: str
    revision: int
    after: str


def write_record(path: Path, steps: Sequence[Step]) -> None:
    """Replace the record of an environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    document = {"format": 1, "steps": [asdict(step) for step in steps]}
    new.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    new.replace(path)


def read_record(path: Path) -> tuple[Step, ...]:
    """Raises NothingToUndo, also for a record that cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Step(**step) for step in document["steps"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NothingToUndo(
            "no rollout is on record",
            place=str(path),
            cure="Roll out the former digests instead: `mooring deploy rollout --image …`.",
        ) from None
