"""Hands traffic to detectors of others, which run as a process with libraries of their own.

Their program is a PEX: a test gets it by `runtime_package_dependencies`, and outside of Pants
The command that docs/drift.md begins with puts it into `dist/`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tests.calibration.deals import Deal, Verdicts
from tests.calibration.traffic import Traffic

_PEX = Path("tests.calibration.peers/compare.pex")

# Above it the champion's answer counts as "late", as for accuracy.
_LATE = 0.5


@dataclass(frozen=True)
class Handed:
    """Traffic before and after each change, the deals of its days, and the year in its order.
    Evidently, which takes a second for a week, is shown the first few deals only.
    """

    before: Traffic
    changes: Mapping[str, Traffic]
    deals: tuple[Deal, ...]
    real: Deal
    evidently: int


def verdicts(handed: Handed, folder: Path, program: Sequence[str] = ()) -> Mapping[str, Verdicts]:
    """What each of their rules says; `folder` is for what is handed over. Raises ChildProcessError
    where their process fails.
    """
    names = {name: f"change-{number}" for number, name in enumerate(handed.changes)}
    _rows(handed.before).write_parquet(folder / "before.parquet")
    for name, after in handed.changes.items():
        _rows(after).write_parquet(folder / f"{names[name]}.parquet")
    plan = {
        "before": "before",
        "changes": list(names.values()),
        "deals": [asdict(deal) for deal in handed.deals],
        "real": asdict(handed.real),
        "evidently": handed.evidently,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    _run([*(program or (str(_program()),)), str(folder)])
    return _read(json.loads((folder / "found.json").read_text()), names)


def _run(command: Sequence[str]) -> None:
    # Neither of them may ask a host: one counts its users.
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode:
        raise ChildProcessError(f"{command[0]} ended with {done.returncode}; what it said is above")


def _rows(traffic: Traffic) -> pl.DataFrame:
    scores, labels = traffic.answers.scores, traffic.labels
    columns = {name: pl.Series(column.tolist()) for name, column in traffic.columns.items()}
    miss = ((scores >= _LATE) != (labels > 0)).astype(np.int64)
    more = {"score": scores, "error": labels - scores, "miss": miss, "day": traffic.day}
    # Rows of a day stay in the order of their event time.
    return pl.DataFrame({**columns, **more}).sort("day", maintain_order=True)


def _read(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Verdicts]:
    """`found.json` holds, by rule, what `Verdicts` has."""
    return {
        rule: Verdicts(
            np.array(each["quiet"]),
            {name: np.array(each["changed"][change]) for name, change in names.items()},
            np.array(each["real"]),
        )
        for rule, each in found.items()
    }


def _program() -> Path:
    for folder in (Path(), Path("dist")):
        if (folder / _PEX).exists():
            return (folder / _PEX).absolute()
    raise FileNotFoundError(f"{_PEX}: build it, as docs/drift.md says")
