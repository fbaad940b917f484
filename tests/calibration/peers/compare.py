"""Drift detectors of others, as their packages have them, on traffic that is handed in.

    compare FOLDER    reads plan.json and *.parquet there, writes found.json

A process of its own with libraries of its own (`3rdparty/python/drift-peers.txt`); it knows nothing
of this repository. `plan.json` says which days are the reference, which weeks follow it, and in
which weeks another file is the traffic.
"""

from __future__ import annotations

import copy
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from crepes.martingales import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    SimpleJumper,
    semi_online_p_values,
)
from evidently import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    DataDefinition,
    Dataset,
    Report,
)
from evidently.metrics import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    DriftedColumnsCount,
)
from numpy.typing import NDArray
from river.drift import ADWIN
from river.drift.binary import DDM

# A martingale that reaches it has done what chance does once in twenty streams.
_LEAST_MARTINGALE = 20.0


class Traffic:
    """Rows of a file, by day."""

    def __init__(self, file: Path) -> None:
        """Read them."""
        rows = pd.read_parquet(file)
        self.errors, self.misses = rows.pop("error").to_numpy(), rows.pop("miss").to_numpy()
        self.days = rows.pop("day").to_numpy()
        self.rows = rows
        ends = np.searchsorted(self.days, np.arange(self.days.max() + 2))
        self.places = [np.arange(*span) for span in pairwise(ends)]

    def of(self, days: list[int]) -> NDArray[Any]:
        """The places of the rows of some days, in the order of the days."""
        return np.concatenate([self.places[day] for day in days])


class Evidently:
    """`DataDriftPreset`'s count of drifted columns, by its defaults and with its PSI."""

    rules = (
        "evidently, dataset drift",
        "evidently, any column",
        "evidently, any column by its PSI",
    )

    def __init__(self, before: Traffic, first: list[int]) -> None:
        """Take some days as the reference."""
        texts = [c for c in before.rows if not pd.api.types.is_numeric_dtype(before.rows[c])]
        numbers = [c for c in before.rows if c not in texts]
        self._columns = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
        self._reference = self._dataset(before, first)

    def alarms(self, traffic: Traffic, week: list[int]) -> list[bool]:
        """By rule."""
        metrics = [DriftedColumnsCount(), DriftedColumnsCount(method="psi", threshold=0.1)]
        run = Report(metrics).run(self._dataset(traffic, week), self._reference)
        usual, by_psi = (metric["value"] for metric in run.dict()["metrics"])
        return [usual["share"] >= 0.5, usual["count"] > 0, by_psi["count"] > 0]

    def _dataset(self, traffic: Traffic, days: list[int]) -> Any:
        rows = traffic.rows.iloc[traffic.of(days)]
        return Dataset.from_pandas(rows, data_definition=self._columns)


class River:
    """Detectors of its own on whether each answer was wrong, row by row."""

    rules = ("river, ADWIN", "river, DDM")

    def __init__(self, before: Traffic, first: list[int]) -> None:
        """Begin with the rows of the reference."""
        self._detectors: list[Any] = [ADWIN(), DDM()]  # type: ignore[no-untyped-call,unused-ignore]
        self.alarms(before, first)

    def alarms(self, traffic: Traffic, week: list[int]) -> list[bool]:
        """By rule."""
        misses = traffic.misses[traffic.of(week)].tolist()
        return [_drifts(detector, misses) for detector in self._detectors]


def _drifts(detector: Any, misses: list[int]) -> bool:
    drifted = False
    for miss in misses:
        detector.update(miss)
        drifted = drifted or detector.drift_detected
    return drifted


class Crepes:
    """A conformal martingale over days: how far a day's mean residual lies from the reference's."""

    rules = ("crepes, SimpleJumper",)

    def __init__(self, before: Traffic, first: list[int]) -> None:
        """Begin with the days of the reference."""
        means = [float(before.errors[before.of([day])].mean()) for day in first]
        self._centre = float(np.mean(means))
        self._strange = [abs(mean - self._centre) for mean in means]
        self._begun = len(first)

    def alarms(self, traffic: Traffic, week: list[int]) -> list[bool]:
        """After an alarm the martingale begins again."""
        means = (traffic.errors[traffic.of([day])].mean() for day in week)
        self._strange += [abs(float(mean) - self._centre) for mean in means]
        p_values = semi_online_p_values(self._strange, seed=0)[self._begun :]
        passed = int(SimpleJumper().apply(p_values, c=_LEAST_MARTINGALE))
        if passed == len(p_values):
            return [False]
        self._begun = len(self._strange)
        return [True]


Detector = Evidently | River | Crepes
DETECTORS: tuple[type[Detector], ...] = (Evidently, River, Crepes)


def found(plan: dict[str, Any], folder: Path) -> dict[str, Any]:
    """By rule, the weeks that alarm: of each deal without a change and after each, and of the year
    in its order.
    """
    before = Traffic(folder / f"{plan['before']}.parquet")
    after = {name: Traffic(folder / f"{name}.parquet") for name in plan["changes"]}
    by_rule: dict[str, Any] = {}
    for detector in DETECTORS:
        deals = plan["deals"][: plan["evidently"]] if detector is Evidently else plan["deals"]
        judged = [
            _judged(detector, before, after, deal)
            for deal in _told(detector.__name__, [*deals, plan["real"]])
        ]
        for place, rule in enumerate(detector.rules):
            *quiet, real = ([week[place] for week in each[None]] for each in judged)
            changed = {
                name: [[week[place] for week in each[name]] for each in judged[:-1]]
                for name in after
            }
            by_rule[rule] = {"quiet": quiet, "changed": changed, "real": real}
    return by_rule


def _judged(
    detector: type[Detector], before: Traffic, after: dict[str, Traffic], deal: dict[str, Any]
) -> dict[str | None, list[list[bool]]]:
    """The weeks of a deal by change; None stands for no change."""
    told = detector(before, deal["reference"])
    quiet = [_plain(told.alarms(before, week)) for week in deal["quiet"]]
    by_change: dict[str | None, list[list[bool]]] = {None: quiet}
    for name, traffic in after.items():
        # Each change finds it as the quarter before has left it.
        each = told if isinstance(told, Evidently) else copy.deepcopy(told)
        by_change[name] = [_plain(each.alarms(traffic, week)) for week in deal["changed"]]
    return by_change


def _plain(alarms: Iterable[Any]) -> list[bool]:
    return [bool(alarm) for alarm in alarms]


def _told(what: str, each: list[Any]) -> Iterator[Any]:
    """Pass on, and say how far it is."""
    for number, one in enumerate(each, 1):
        sys.stderr.write(f"\r{what}: {number} of {len(each)}")
        sys.stderr.flush()
        yield one
    sys.stderr.write("\n")


def main() -> None:
    """Judge, and write what was found."""
    warnings.filterwarnings("ignore")
    folder = Path(sys.argv[1])
    plan = json.loads((folder / "plan.json").read_text())
    (folder / "found.json").write_text(json.dumps(found(plan, folder)))


if __name__ == "__main__":
    main()
