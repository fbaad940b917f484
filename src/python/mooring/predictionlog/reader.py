"""Reading a log: sealed segments, oldest first, one frame in memory at a time.

A record is read whole or not at all. What a sealed segment holds besides what was sealed is told
with file and offset, and never read over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from mooring.predictionlog.context import Context, Log, context_of
from mooring.predictionlog.errors import BrokenFrame, DamagedSegment
from mooring.predictionlog.frames import Kind
from mooring.predictionlog.layout import gateways, segments
from mooring.predictionlog.records import Labels, Predictions, Records, records_of
from mooring.predictionlog.scan import sealed_frames

OnDamage = Callable[[DamagedSegment], None]


def _refuse(damage: DamagedSegment) -> NoReturn:
    raise damage


def read_segment(path: Path) -> Iterator[Records]:
    """Read one sealed segment. Raises DamagedSegment after the last record that is whole."""
    contexts: dict[int, Context] = {}
    for frame in sealed_frames(path):
        try:
            if frame.kind is Kind.CONTEXT:
                contexts[frame.context] = context_of(frame)
                continue
            records = records_of(frame, contexts[frame.context])
        except (BrokenFrame, KeyError):
            raise DamagedSegment(path, 0, "a record is not what this version writes") from None
        yield records


def read(
    home: Path, log: Log, model: str, damaged: OnDamage = _refuse
) -> Iterator[tuple[Path, Records]]:
    """Read what all gateways logged about a model, each one's segments in the order of time.

    `damaged` is told of a segment that is damaged, and the next one is read; without it, damage is
    raised as DamagedSegment. A segment that is deleted meanwhile is passed over.
    """
    for folder in gateways(home, log, model):
        for path in segments(folder):
            try:
                for records in read_segment(path):
                    yield path, records
            except FileNotFoundError:
                continue
            except DamagedSegment as damage:
                damaged(damage)


def predictions(home: Path, model: str, damaged: OnDamage = _refuse) -> Iterator[Predictions]:
    """The predictions of a model; see `read`."""
    for _, records in read(home, "predictions", model, damaged):
        if isinstance(records, Predictions):
            yield records


def labels(home: Path, model: str, damaged: OnDamage = _refuse) -> Iterator[Labels]:
    """The labels of a model; see `read`."""
    for _, records in read(home, "feedback", model, damaged):
        if isinstance(records, Labels):
            yield records
