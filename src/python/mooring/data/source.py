"""What a model must say of its raw data: how to extract rows, and how many may be bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from mooring.contract.contract import Contract

# Columns that every dataset has beside the contract's features and its label.
ROW_ID = "row_id"
EVENT_TIME = "event_time"

# The partition that a dataset is written in; it is not read back.
MONTH = "month"


@dataclass(frozen=True)
class Extract:
    """Raw rows in the shape of the contract, with `row_id`, `event_time` (UTC) and the label.

    `left_out` counts rows that are no examples, by reason: a cancelled flight has no delay.
    """

    rows: pl.DataFrame
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSource:
    """Where a model's examples come from.

    `most_rejected` is the share of rows that may break the contract before the run fails: a few
    bad readings are life, many are a broken feed.
    """

    contract: Contract
    extract: Callable[[], Extract]
    most_rejected: float = 0.01
