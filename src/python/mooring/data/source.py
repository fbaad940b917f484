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

    `rows` is one frame or, for more than fit into memory, frames one after the other, whose order
    and size do not matter: a generator that reads piece by piece. They are taken once.

    `left_out` counts rows that are no examples, by reason: a cancelled flight has no delay.
    """

    rows: pl.DataFrame | Iterable[pl.DataFrame]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows, frame by frame."""
        return iter([self.rows] if isinstance(self.rows, pl.DataFrame) else self.rows)


@dataclass(frozen=True)
class DataSource:
    """Where a model's examples come from.

    `most_rejected` is the share of rows that may break the contract before the run fails: a few
    bad readings are life, many are a broken feed.

    `known_at` maps a column of instants to the features whose values became known then. A row in
    which that is later than the contract's `available_at` allows is a look into the future and
    breaks the contract. The columns are kept in the dataset.
    """

    contract: Contract
    extract: Callable[[], Extract]
    most_rejected: float = 0.01
    known_at: KnownAt = field(default_factory=dict)
