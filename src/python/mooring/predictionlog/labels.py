"""Joining labels to predictions by id, one window of time after the other.

An id begins with its time, so labels and predictions of a day meet in the memory of a day, however
late the labels came. Which labels hold is decided here, from all of them: what a gateway marked as
a conflict it marked from what it still remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mooring.predictionlog.records import Labels, Predictions

_TIME_DIGITS = 12


@dataclass(frozen=True)
class Window:
    """Predictions that were made from `start` to before `end`, in milliseconds since the epoch."""

    start: int
    end: int

    def holds(self, name: str) -> bool:
        """Whether a prediction was made in it, by its id."""
        return self.start <= made_at(name) < self.end


@dataclass(frozen=True)
class Outcome:
    """What became of one prediction, in the first label that was received of it.

    `repeats` are labels that say the same again. Where any label says something else, `disputed` is
    true and `label` is nobody's truth.
    """

    label: float
    observed: int
    received: int
    repeats: int = 0
    disputed: bool = False


@dataclass
class Tally:
    """What a join found, complete when its last row was taken."""

    labelled: int = 0
    unlabelled: int = 0
    disputed: int = 0
    repeats: int = 0
    unknown: int = 0


def made_at(name: str) -> int:
    """When a prediction was made, in milliseconds since the epoch; 0 for what is no id."""
    try:
        return int(name[:_TIME_DIGITS], 16)
    except ValueError:
        return 0


def outcomes(labels: Iterable[Labels], window: Window) -> dict[str, Outcome]:
    """What became of the predictions of a window, by id. Labels may come in any order."""
    found: dict[str, Outcome] = {}
    for batch in labels:
        for row, name in enumerate(batch.ids):
            if window.holds(name):
                said = Outcome(batch.labels[row], batch.observed[row], batch.received)
                found[name] = _together(found[name], said) if name in found else said
    return found


def join(
    predictions: Iterable[Predictions],
    found: Mapping[str, Outcome],
    window: Window,
    tally: Tally,
) -> Iterator[dict[str, Any]]:
    """The predictions of a window with an undisputed label, as rows; `tally` counts the others.

    Shadow predictions have the ids of the champion's, so a label is theirs too; an id is unknown
    when no prediction has it.
    """
    seen: set[str] = set()
    for batch in predictions:
        for row in batch.rows():
            name = row["prediction_id"]
            if not window.holds(name):
                continue
            outcome = found.get(name)
            if outcome is None:
                tally.unlabelled += 1
                continue
            seen.add(name)
            if outcome.disputed:
                tally.disputed += 1
                continue
            tally.labelled += 1
            yield {**row, "label": outcome.label, "observed_at": outcome.observed}
    tally.unknown += len(found.keys() - seen)
    tally.repeats += sum(outcome.repeats for outcome in found.values())


def _together(one: Outcome, other: Outcome) -> Outcome:
    """Two reports of the same prediction, whichever was read first."""
    first = min(one, other, key=lambda outcome: (outcome.received, outcome.observed, outcome.label))
    return Outcome(
        first.label,
        first.observed,
        first.received,
        one.repeats + other.repeats + (one.label == other.label),
        one.disputed or other.disputed or one.label != other.label,
    )
