"""The flights of 2013, and released bundles of `flight_delay` with a reference to compare with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import extract
from models.flight_delay.pipeline import PLAN
from mooring.bundle.load import load_model
from mooring.bundle.manifest import REFERENCE, Manifest
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from
from mooring.data.dataset import between
from mooring.data.source import EVENT_TIME
from mooring.drift.reference import Reference, read_reference, reference_of

MODEL = CONTRACT.name

_HOME = Path("models/flight_delay")


@dataclass(frozen=True)
class Released:
    """One version of the release, newest first."""

    version: int
    folder: Path


def released() -> Iterator[Released]:
    """The champion and those before it."""
    release = json.loads((_HOME / "release.json").read_text())
    for one in (release["champion"], *release["former"]):
        yield Released(one["version"], (_HOME / one["location"]).absolute())


@cache
def flights(start: str, end: str) -> pl.DataFrame:
    """Landed flights of these days, in the order of their scheduled departure."""
    return between(_year(), start, end)


def predicted(bundle: Bundle, columns: Columns) -> NDArray[np.float64]:
    """What the bundle answers."""
    return load_model(bundle).predict(columns)


def reference(bundle: Bundle) -> Reference:
    """The bundle's own reference, or what training would have frozen of the holdout."""
    if REFERENCE in bundle.files:
        return read_reference(bundle.files[REFERENCE], place=REFERENCE)
    holdout = flights(PLAN.split.holdout.start, PLAN.split.holdout.end)
    columns = columns_from(CONTRACT, holdout)
    days = holdout[EVENT_TIME].dt.date().to_physical().to_numpy()
    return reference_of(CONTRACT, columns, predicted(bundle, columns), days)


def with_reference(folder: Path, store: Path) -> Bundle:
    """The bundle in `folder` itself, or a copy of it in `store` that has a reference."""
    bundle = open_bundle(folder)
    if REFERENCE in bundle.files:
        return bundle
    files = {**bundle.files, REFERENCE: reference(bundle).to_json()}
    manifest = Manifest(**{**bundle.manifest.model_dump(), "files": entries_of(files)})
    return write_bundle(store, manifest, files, {"made": "for a test"})


@cache
def _year() -> pl.DataFrame:
    return extract().rows
