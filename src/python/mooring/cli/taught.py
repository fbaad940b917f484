"""The rows that a champion was made from, found again and proved by their digest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mooring.bundle.manifest import METRICS, TrainingData
from mooring.bundle.open import Bundle
from mooring.card.facts import provenance_of
from mooring.cli.errors import RowsMissing
from mooring.cli.making import ingest_model
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace
from mooring.data.dataset import between, latest, read_batches, read_version
from mooring.data.digest import content_digest
from mooring.data.errors import DataError
from mooring.data.ingest import table_of
from mooring.data.labelled import Taught, taught_until


@dataclass(frozen=True)
class ChampionRows:
    """Rows up to `last`, the end of the holdout that the champion was judged on when it was made:
    what it was ever told of. Later rows of the same dataset version are not among them.
    """

    taught: Taught
    last: date


def rows_of(model: Model, space: Workspace, champion: Bundle) -> ChampionRows:
    """Find the champion's rows in the workspace's dataset; ingest where there is none yet.

    Raises RowsMissing when no version holds rows of the digest that the bundle's manifest names.
    """
    table = table_of(space.data, model.name)
    last = date.fromisoformat(json.loads(champion.files[METRICS])["holdout"]["end"])
    version = _named(table, champion)
    if version is None:
        if latest(table) is None:
            ingest_model(model, space)
        version = _proved(table, champion.manifest.dataset)
    return ChampionRows(taught_until(table, last, version), last)


def _named(table: Path, champion: Bundle) -> int | None:
    """The version that the bundle's provenance names, if it is the one of that digest here."""
    told = provenance_of(champion)
    try:
        version = int(told["dataset_version"])
        found, _ = read_batches(table, version)
    except (KeyError, ValueError, DataError):
        return None
    return version if found.sha256 == told.get("dataset_sha256") else None


def _proved(table: Path, learned: TrainingData) -> int:
    """The newest version, if its rows of the training period are those that were learned from."""
    dataset, rows = read_version(table)
    try:
        used = between(rows, learned.period.start, learned.period.end)
    except DataError:
        raise _missing(table, learned) from None
    if content_digest(used) != learned.sha256:
        raise _missing(table, learned)
    return dataset.version


def _missing(table: Path, learned: TrainingData) -> RowsMissing:
    return RowsMissing(
        f"the rows that the champion learned from, {learned.period.start} to "
        f"{learned.period.end}, are in no version of the dataset here",
        place=str(table),
        cure="Run where the champion was trained, or bring its home's data folder.",
    )
