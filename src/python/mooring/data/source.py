"""What a model must say of its raw data: how to extract rows, and how many may be bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from mooring.contract.contract import Contract

# Columns that every dataset has beside the contract's features and its label.
ROW_ID = "row_id"
EVENT_TIME = "event_time"

# The partition that a dataset is written in; it is not read back.
MONTH = "month"

# Columns of instants, each with the features whose values became known then.
KnownAt = Mapping[str, tuple[str, ...]]
NOTHING: KnownAt = MappingProxyType({})


@dataclass(frozen=True)
class Extract:
    """Raw rows in the shape of the contract, with `row_id`, `event_time` (UTC) and the label.

    `left_out` counts rows that are no examples, by reason: a cancelled flight has no delay.
    """

    rows: pl.DataFrame
    left_out: Mapping[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows as a single batch."""
        yield self.rows


@dataclass(frozen=True)
class BatchedExtract:
    """Raw rows as an `Extract` has them, but frame after frame: more than fit into memory.

    `frames` is gone through once, a generator for one; order and sizes do not matter. `left_out`
    is read after the last of them, so that the generator may count into it.
    """

    frames: Iterable[pl.DataFrame]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows, frame by frame."""
        return iter(self.frames)

    @property
    def rows(self) -> pl.DataFrame:
        """All rows as one frame, for those who know that it fits into memory."""
        return pl.concat(self.batches())


@dataclass(frozen=True)
class DataSource:
    """Where a model's examples come from.

    `most_rejected` is the share of rows that may break the contract before the run fails: a few
    bad readings are life, many are a broken feed.

    `known_at` maps a column of instants to the features whose values became known then. A row in
    which that is later than the contract's `available_at` allows is a look into the future and
    breaks the contract. The columns are kept in the dataset.

    `labelled_at` gives `row_id` and `labelled_at`, the instant at which a row's label became known
    (UTC): what a replay of the past needs, and nothing else does.
    """

    contract: Contract
    extract: Callable[[], Extract | BatchedExtract]
    most_rejected: float = 0.01
    known_at: KnownAt = field(default_factory=dict)
    labelled_at: Callable[[], pl.DataFrame] | None = None
