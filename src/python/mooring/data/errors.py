"""Why data is refused.

DataError
├── SourceUnavailable    the raw data cannot be found or read
├── DatasetEmpty         a source, a version or a period without rows
├── DatasetMissing       no such table or version
├── DatasetBusy          another ingest of the same dataset is running
├── LogUnusable          the prediction log cannot teach a model of this contract
└── TooManyRejected      more rows break the contract than the source tolerates
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class DataError(MooringError):
    """Root of the data package's errors."""


class SourceUnavailable(DataError):
    """The raw data is not where it should be, or lacks a column."""


class DatasetEmpty(DataError):
    """There are no rows to work on."""


class DatasetMissing(DataError):
    """The dataset or the version has not been ingested."""


class DatasetBusy(DataError):
    """The dataset is being written by another process."""


class LogUnusable(DataError):
    """The prediction log does not hold what the contract's examples are made of."""


class TooManyRejected(DataError):
    """The share of rows that break the contract is above the source's limit."""
