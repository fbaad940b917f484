"""An existing dataset version, checked again: does it hold what a contract promises of it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.check import REASON
from mooring.data.dataset import DatasetVersion, read_batches
from mooring.data.digest import Digest
from mooring.data.runs import RUN_BYTES, Runs
from mooring.data.sift import Progress, sift


@dataclass(frozen=True)
class Validation:
    """What was found in a version: the digest of its content, and its broken rows by reason."""

    dataset: DatasetVersion
    rows: int
    sha256: str
    broken: Mapping[str, int]

    @property
    def sound(self) -> bool:
        """Whether the content is what the version says it is, and keeps the contract."""
        return self.sha256 == self.dataset.sha256 and not self.broken


def validate(
    contract: Contract,
    uri: Path,
    version: int | None = None,
    *,
    progress: Progress = lambda step: None,
    run_bytes: int = RUN_BYTES,
) -> Validation:
    """Check every row of a version as ingest would today, and its digest; nothing is written.

    In bounded memory; runs are spilled to the system's temporary folder.
    Raises DatasetMissing without that version, SourceUnavailable when it lacks a column.
    """
    dataset, batches = read_batches(uri, version)
    broken: dict[str, int] = {}
    with TemporaryDirectory(prefix="mooring-") as folder:
        runs = Runs(Path(folder), run_bytes)
        digest: Digest | None = None
        for rows in sift(contract, dataset.known_at, batches, runs, progress):
            content = rows.drop(REASON)
            digest = digest or Digest(content.schema)
            digest.update(content)
            _count(broken, rows[REASON].drop_nulls())
    found = digest.hexdigest() if digest else ""
    return Validation(dataset, runs.rows, found, broken)


def _count(broken: dict[str, int], reasons: pl.Series) -> None:
    for reason, count in reasons.value_counts().iter_rows():
        broken[reason] = broken.get(reason, 0) + count
