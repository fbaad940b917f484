"""Entries of an invented model, and what a log on disk holds of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mooring.predictionlog.context import Context, LoggedFeature
from mooring.predictionlog.entries import PredictionEntry, Stream
from mooring.predictionlog.layout import OPEN, gateways, segments
from mooring.predictionlog.reader import predictions

MODEL, GATEWAY = "voyage_delay", "gateway-1"
STREAM = Stream("predictions", MODEL)

CONTEXT = Context(
    log="predictions", model=MODEL, version=3, role="champion", bundle="b" * 64, contract="c" * 64,
    features=(LoggedFeature("origin", "string"), LoggedFeature("hour", "integer")),
)  # fmt: skip


def entry(
    number: int, rows: int = 1, context: Context = CONTEXT, key: bytes = b""
) -> PredictionEntry:
    """The predictions of a request that is recognised by its number."""
    return PredictionEntry(
        context=context,
        ids=[f"{number:012x}-{row}" for row in range(rows)],
        at=1_767_225_600_000 + number,
        seconds=0.0015,
        trace=f"{number:032x}",
        caller="key-1",
        protocol="native",
        values=np.arange(rows) / 100.0,
        columns={
            "origin": np.array(["JFK", ""][:rows] + ["LGA"] * (rows - 2), dtype=object),
            "hour": np.array([float(row) for row in range(rows)]),
        },
        key=key,
    )


def ids_of(entries: Iterable[PredictionEntry]) -> list[str]:
    """The ids of all rows, in order."""
    return [name for each in entries for name in each.ids]


def logged(home: Path, model: str = MODEL) -> list[str]:
    """The ids of all records that are sealed, in the order of the log. Raises DamagedSegment."""
    return [name for batch in predictions(home, model) for name in batch.ids]


def left_open(home: Path, model: str = MODEL) -> list[Path]:
    """Segments that are not sealed."""
    return [
        path for folder in gateways(home, "predictions", model) for path in segments(folder, OPEN)
    ]
