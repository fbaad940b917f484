"""Requests that travel to a model service in one call, and the way of the answer back to each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import Context, copy_context
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns, concatenate, rows_in
from mooring.contract.errors import MooringError
from mooring.gateway.errors import DeadlineExceeded, UpstreamTimeout
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.served import Served

E = TypeVar("E", bound=Exception)

# What a request is told: the values of its rows, or None to ask again by itself.
Told = NDArray[np.float64] | None


@dataclass(eq=False)
class Waiting:
    """One request, whose caller waits for what it will be `told`, once."""

    served: Served
    columns: Columns
    deadline: Deadline
    told: asyncio.Future[Told]
    batch: Batch | None = None  # once it travels
    # What is logged and traced of a call belongs to the request that has waited longest.
    context: Context = field(default_factory=copy_context)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return rows_in(self.columns)

    def tell(self, values: Told) -> None:
        """Tell its values, unless it has left or been told something."""
        if not self.told.done():
            self.told.set_result(values)

    def fail(self, error: Exception) -> None:
        """Tell what went wrong, unless it has left or been told something."""
        if not self.told.done():
            self.told.set_exception(error)

    def expire(self) -> None:
        """Its deadline has passed, whatever becomes of its company."""
        model = self.served.contract.name
        if self.batch is None:
            self.fail(DeadlineExceeded(model))
        else:
            self.fail(UpstreamTimeout(model, "no answer came before the deadline"))

    def leave(self) -> None:
        """Its caller waits no more."""
        if self.batch is not None:
            self.batch.end_if_deserted()


@dataclass(eq=False)
class Batch:
    """At least one request, all of one bundle and one contract, in one call."""

    requests: Sequence[Waiting]
    call: asyncio.Task[Any]

    @classmethod
    def begin(cls, requests: Sequence[Waiting], call: asyncio.Task[Any]) -> Batch:
        """Let requests travel in the task that is `call`."""
        batch = cls(requests, call)
        for request in requests:
            request.batch = batch
        return batch

    @property
    def served(self) -> Served:
        """Whom all of them ask."""
        return self.requests[0].served

    @property
    def columns(self) -> Columns:
        """The rows of all, in the order of the requests."""
        if len(self.requests) == 1:
            return self.requests[0].columns
        return concatenate(self.served.contract, [each.columns for each in self.requests])

    @property
    def deadline(self) -> Deadline:
        """The latest: until then somebody waits."""
        return max((each.deadline for each in self.requests), key=lambda deadline: deadline.at)

    def split(self, values: NDArray[np.float64]) -> list[tuple[Waiting, NDArray[np.float64]]]:
        """Each request with the values of its own rows."""
        ends = np.cumsum([each.rows for each in self.requests]).tolist()
        starts = [0, *ends]
        return [
            (each, values[start:end])
            for each, start, end in zip(self.requests, starts, ends, strict=False)
        ]

    def fail(self, error: Exception) -> None:
        """Tell each what went wrong."""
        for request in self.requests:
            request.fail(twin(error))

    def part(self) -> None:
        """Tell each to ask again by itself."""
        for request in self.requests:
            request.tell(None)

    def end_if_deserted(self) -> None:
        """A call for which nobody waits any more holds up others."""
        if all(each.told.done() for each in self.requests):
            self.call.cancel()


def twin(error: E) -> E:
    """An equal error: one object raised in several tasks would collect the traces of all."""
    return _copy(error).with_traceback(error.__traceback__)


def _copy(error: E) -> E:
    if not isinstance(error, MooringError):
        return copy(error)
    # Ours are not made from their `args`.
    other = type(error).__new__(type(error), *error.args)
    other.__dict__.update(error.__dict__)
    return other
