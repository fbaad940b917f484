"""Records: the payloads of row frames, as they are read.

Rows are written as columns, a frame for each request: its facts once, then a list for each feature
that is kept, in the order of the context. Numbers are written in the shortest form that reads back
as the same float64; null is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from mooring.predictionlog.context import Context
from mooring.predictionlog.errors import BrokenFrame
from mooring.predictionlog.frames import Frame

# Why somebody may say what became of a prediction: they asked for it, they are trusted with labels,
# or this gateway asks nobody who they are.
Right = Literal["predictor", "labeler", "anyone"]


@dataclass(frozen=True)
class Predictions:
    """The predictions of one request, or of a part of a large one.

    `at` is the time of the event in milliseconds since the epoch; `seconds` is the latency of the
    request; `values` and every list of `columns` have one entry for each of `ids`.
    """

    context: Context
    ids: tuple[str, ...]
    at: int
    seconds: float
    trace: str
    caller: str
    protocol: str
    values: tuple[float, ...]
    columns: Mapping[str, Sequence[Any]]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One document for each prediction, with its features by name."""
        shared = {
            "model": self.context.model,
            "version": self.context.version,
            "role": self.context.role,
            "bundle": self.context.bundle,
            "contract": self.context.contract,
            "at": self.at,
            "seconds": self.seconds,
            "trace": self.trace,
            "caller": self.caller,
            "protocol": self.protocol,
        }
        for row, (name, value) in enumerate(zip(self.ids, self.values, strict=True)):
            features = {feature: column[row] for feature, column in self.columns.items()}
            yield {"prediction_id": name, **shared, "prediction": value, "features": features}

    def only(self, kept: Sequence[int]) -> Predictions:
        """Some of the rows, by their position."""
        return Predictions(
            self.context, tuple(self.ids[n] for n in kept), self.at, self.seconds, self.trace,
            self.caller, self.protocol, tuple(self.values[n] for n in kept),
            {name: [column[n] for n in kept] for name, column in self.columns.items()},
        )  # fmt: skip

    def payload(self) -> bytes:
        """The payload again, its ids spelt out."""
        facts = _facts(self.at, self.seconds, self.trace, self.caller, self.protocol)
        columns = [self.columns[feature.name] for feature in self.context.columns]
        return orjson.dumps({"ids": self.ids, **facts, "values": self.values, "columns": columns})


@dataclass(frozen=True)
class Labels:
    """What became of some predictions, as one caller said in one request.

    `observed` and `received` are milliseconds since the epoch; `conflicts` says which labels
    contradict one that the gateway remembered, which the reader judges again.
    """

    context: Context
    ids: tuple[str, ...]
    labels: tuple[float, ...]
    observed: tuple[int, ...]
    received: int
    caller: str
    right: Right
    conflicts: tuple[bool, ...]

    def only(self, kept: Sequence[int]) -> Labels:
        """Some of the rows, by their position."""
        return Labels(
            self.context, tuple(self.ids[n] for n in kept), tuple(self.labels[n] for n in kept),
            tuple(self.observed[n] for n in kept), self.received, self.caller, self.right,
            tuple(self.conflicts[n] for n in kept),
        )  # fmt: skip

    def payload(self) -> bytes:
        """The labels as JSON."""
        return orjson.dumps(
            {
                "ids": self.ids,
                "labels": self.labels,
                "observed": self.observed,
                "received": self.received,
                "caller": self.caller,
                "right": self.right,
                "conflicts": self.conflicts,
            }
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """One document for each label."""
        for row, name in enumerate(self.ids):
            yield {
                "prediction_id": name,
                "model": self.context.model,
                "label": self.labels[row],
                "observed_at": self.observed[row],
                "received_at": self.received,
                "caller": self.caller,
                "right": self.right,
                "conflict": self.conflicts[row],
            }


Records = Predictions | Labels


def records_of(frame: Frame, context: Context) -> Records:
    """Read a frame of rows. Raises BrokenFrame for a payload that this version does not write."""
    try:
        facts: dict[str, Any] = orjson.loads(frame.payload)
        if context.log == "feedback":
            facts |= {n: tuple(facts[n]) for n in ("ids", "labels", "observed", "conflicts")}
            return Labels(context=context, **facts)
        columns = dict(zip([f.name for f in context.columns], facts.pop("columns"), strict=True))
        ids = _ids(facts, frame.rows)
        values = tuple(facts.pop("values"))
        return Predictions(context=context, ids=ids, values=values, columns=columns, **facts)
    except (ValueError, TypeError, KeyError):
        raise BrokenFrame("its records are not what this version writes") from None


def _facts(
    at: int, seconds: float, trace: str, caller: str, protocol: str
) -> dict[str, str | float]:
    return {"at": at, "seconds": seconds, "trace": trace, "caller": caller, "protocol": protocol}


def _ids(facts: dict[str, Any], rows: int) -> tuple[str, ...]:
    """Ids are spelt out, or they are one stem and the number of the first row."""
    if "ids" in facts:
        return tuple(facts.pop("ids"))
    stem, first = facts.pop("stem"), facts.pop("first")
    return tuple(f"{stem}-{row}" for row in range(first, first + rows))
