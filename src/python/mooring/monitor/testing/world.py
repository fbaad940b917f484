"""A folder in which a made-up model is served: its release, its bundle, and what gateways log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from mooring.bundle.atomic import write_file
from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.manifest import CONTRACT, REFERENCE, Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.columns import Column
from mooring.monitor.judging.testing.rides import Rides, contract
from mooring.monitor.settings import Settings
from mooring.monitor.tables.joined import days
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import HOUR_MS, seal
from mooring.predictionlog.context import Context, LoggedFeature
from mooring.predictionlog.entries import LabelEntry, PredictionEntry
from mooring.predictionlog.records import Labels

MODEL = "rides"
PROMOTED_AT = "2026-03-02T00:00:00+00:00"

# Rows of one request of the log.
_BATCH = 50


@dataclass
class World:
    """What lies below one folder; `version` is the champion's."""

    folder: Path
    rides: Rides = field(default_factory=Rides)
    version: int = 3
    toml: str = ""

    @property
    def models(self) -> Path:
        """Where releases lie."""
        return self.folder / "models"

    @property
    def home(self) -> Path:
        """MOORING_HOME."""
        return self.folder / "home"

    @property
    def tables(self) -> Tables:
        """The tables that the monitor makes, and the log beside them."""
        return Tables(self.home / "monitor", self.home, MODEL)

    @property
    def environ(self) -> dict[str, str]:
        """What a monitor of it is configured by."""
        file = self.folder / "monitor.toml"
        file.write_text(self.toml)
        return {
            "MOORING_HOME": str(self.home),
            "MOORING_MODELS": str(self.models),
            "MOORING_MONITOR_SETTINGS": str(file),
            "MOORING_MONITOR_PORT": "0",
            "MOORING_MONITOR_INTERVAL_SECONDS": "0.05",
        }

    @property
    def settings(self) -> Settings:
        """The same, read."""
        return Settings.of(self.environ)

    def promote(
        self, version: int | None = None, *, seed: int = 0, reference: bool = True
    ) -> Bundle:
        """Make a bundle the champion; another `seed` is another bundle."""
        self.version = self.version if version is None else version
        bundle = self._bundle(seed, reference)
        released = Released(
            version=self.version, bundle=bundle.id, location=f"bundles/{bundle.id[:16]}",
            bytes=bundle.bytes, runtime="onnx", blessings={}, promoted_at=PROMOTED_AT,
            promoted_by="a test", reason="a test",
        )  # fmt: skip
        self._release(Release(model=MODEL, last_version=self.version, champion=released))
        return bundle

    def withdraw(self) -> None:
        """Leave the model without a champion."""
        self._release(Release(model=MODEL, last_version=self.version))

    def _release(self, release: Release) -> None:
        write_file(self.models / MODEL / "release.json", release.to_json())

    def route(self, bundle: Bundle, version: int | None = None) -> None:
        """Let the routing document name a bundle."""
        said = version or self.version
        target = {"urls": ["http://127.0.0.1:1"], "version": said, "bundle": bundle.id}
        document = {"format": 1, "version": 1, "models": {MODEL: {"champion": target}}}
        (self.home / "routing.json").write_text(json.dumps(document))

    def log(self, first: date, count: int, *, labelled: bool = True) -> int:
        """Log some days, a segment each for predictions and labels; how many rows there are."""
        return sum(self.log_day(first + timedelta(days=n), labelled=labelled) for n in range(count))

    def log_day(self, day: date, *, labelled: bool = True) -> int:
        """Log one day."""
        batches = self._batches(day)
        seal(self.tables, *(self._predictions(day, n, rows) for n, rows in batches))
        if labelled:
            self.log_labels(day)
        return sum(len(rows) for _, rows in batches)

    def log_labels(self, day: date) -> None:
        """Log what became of a day."""
        seal(self.tables, *(self._labels(day, n, rows) for n, rows in self._batches(day)))

    def kept_days(self) -> tuple[date, ...]:
        """The days that the tables hold."""
        return days(self.tables)

    def _batches(self, day: date) -> list[tuple[int, pl.DataFrame]]:
        return list(enumerate(self.rides.day(day).iter_slices(_BATCH)))

    def _predictions(self, day: date, number: int, rows: pl.DataFrame) -> PredictionEntry:
        kept = [each.name for each in self._context.columns]
        return PredictionEntry(
            context=self._context, ids=self._ids(day, number, rows), at=_moment(day, number),
            seconds=0.001, trace="0" * 32, caller="key-1", protocol="native",
            values=rows["prediction"].to_numpy(),
            columns={name: _column(rows[name]) for name in kept},
        )  # fmt: skip

    def _labels(self, day: date, number: int, rows: pl.DataFrame) -> LabelEntry:
        seen = _moment(day, number) + HOUR_MS
        return LabelEntry(
            Labels(
                context=Context(log="feedback", model=MODEL), ids=self._ids(day, number, rows),
                labels=tuple(rows["label"].to_list()), observed=(seen,) * len(rows), received=seen,
                caller="key-1", right="predictor", conflicts=(False,) * len(rows),
            )
        )  # fmt: skip

    def _ids(self, day: date, number: int, rows: pl.DataFrame) -> tuple[str, ...]:
        made = _moment(day, number)
        return tuple(f"{made:012x}{self.version:05x}{n:040x}-0" for n in range(len(rows)))

    @cached_property
    def _reference(self) -> bytes:
        """Of rides as they were at first, whatever is done to them later."""
        return Rides(rows=self.rides.rows, kind=self.rides.kind).reference().to_json()

    @property
    def _context(self) -> Context:
        said = contract(self.rides.kind)
        features = tuple(
            LoggedFeature(f.name, f.kind, "dropped" if f.sensitive else "plain")
            for f in said.features
        )
        return Context(
            log="predictions", model=MODEL, version=self.version, bundle="b" * 64,
            contract=said.digest, features=features,
        )  # fmt: skip

    def _bundle(self, seed: int, reference: bool) -> Bundle:
        files = {CONTRACT: contract(self.rides.kind).to_json()}
        if reference:
            files[REFERENCE] = self._reference
        manifest = Manifest(
            model=MODEL, contract="1.0", runtime="onnx", tolerance="0.00001",
            files=entries_of(files), fingerprint=fingerprint(), code="0" * 64, seed=seed,
            dataset=TrainingData(
                name=MODEL, sha256="0" * 64, rows=1,
                period=Period(start="2026-01-01", end="2026-02-01"),
            ),
        )  # fmt: skip
        self.home.mkdir(parents=True, exist_ok=True)
        return write_bundle(self.models / MODEL / "bundles", manifest, files, {"by": "a test"})


def _moment(day: date, number: int) -> int:
    """A request a minute, from noon on, in milliseconds since 1970."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(minutes=number)
    return int(noon.timestamp() * 1_000)


def _column(values: pl.Series) -> Column:
    if values.dtype == pl.String:
        return np.array(values.fill_null("").to_list(), dtype=object)
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()
