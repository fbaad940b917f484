"""A checkout with one small model, its champion, and a log of later crossings with their labels.

Ferries are late when the wind blows, until March, when they are late when they are full.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import labels, name_of, predictions, seal
from mooring.predictionlog.context import Context, LoggedFeature

CONTRACT = '''
from typing import Annotated
from annotated_types import Ge, Le
from mooring.contract.annotations import Category
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features


class Crossing(Features):
    """One crossing."""

    port: Annotated[str, Category("north", "south")]
    wind: Annotated[float, Ge(0), Le(60)]
    load: Annotated[float | None, Ge(0), Le(1)] = None


CONTRACT = Contract.of(
    Crossing, name="ferry", version="1.0",
    prediction=Prediction(name="late", kind="probability", label="is_late"),
)
'''

DATA = """
from pathlib import Path
from typing import Any
from models.ferry.contract import CONTRACT
from mooring.data.files import file_source

SOURCE = file_source(
    CONTRACT, Path(__file__).parent / "crossings.parquet",
    label="is_late", event_time="event_time", row_id="row_id",
)
"""

PIPELINE = """
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from models.ferry.contract import CONTRACT
from mooring.bundle.manifest import Period
from mooring.training.plan import TimeSplit, TrainingPlan


def pipeline(seed):
    columns = make_column_transformer((OrdinalEncoder(), ["port"]), remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        max_iter=10, min_samples_leaf=10, early_stopping=False, random_state=seed
    )
    return Pipeline([("columns", columns), ("trees", trees)])


PLAN = TrainingPlan(
    CONTRACT, pipeline,
    TimeSplit(
        fit=Period(start="2013-01-01", end="2013-01-31"),
        calibrate=Period(start="2013-02-01", end="2013-02-14"),
        holdout=Period(start="2013-02-15", end="2013-02-28"),
    ),
    owner="tests@mooring.invalid",
)
"""

GATE = """
from models.ferry.pipeline import PLAN
from mooring.blessing.gate import AgainstChampion, Floor, Gate
from mooring.blessing.honesty import QUESTIONS, Honesty

GATE = Gate(
    PLAN.split.holdout,
    floors=(Floor("roc_auc", at_least=0.6),),
    minimum_rows=100,
    required_blessings=frozenset({"evaluation"}),
    against_champion=AgainstChampion("log_loss", margin=0.02, minimum_blocks=14),
    honesty=Honesty(exempt=dict.fromkeys(QUESTIONS, "the rows are made up")),
)
"""

SERVICE = """
from mooring.serving.service import model_service

Ferry = model_service("ferry")
"""

_FEATURES = (
    LoggedFeature("port", "string"), LoggedFeature("wind", "float"), LoggedFeature("load", "float")
)  # fmt: skip
_LABELS = Context(log="feedback", model="ferry")

FIRST, LEARNED, LAST = date(2013, 1, 1), date(2013, 2, 28), date(2013, 4, 20)
A_DAY = 24


def crossings(first: date, last: date, *, by_wind: bool, seed: int = 0) -> pl.DataFrame:
    """A crossing an hour, with its label."""
    days = (last - first).days + 1
    draw = np.random.default_rng([seed, first.toordinal()])
    rows = days * A_DAY
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    wind, load = draw.uniform(0, 60, rows), draw.uniform(0, 1, rows)
    trouble = (wind / 60 if by_wind else load) + draw.normal(0, 0.2, rows)
    return pl.DataFrame(
        {
            "row_id": [f"{first}/{n:05}" for n in range(rows)],
            "event_time": [start + timedelta(hours=n) for n in range(rows)],
            "port": draw.choice(["north", "south"], rows).tolist(),
            "wind": wind,
            "load": load,
            "is_late": trouble > 0.6,
        },
        schema_overrides={"event_time": pl.Datetime("us", UTC)},
    )


def write_log(tables: Tables, rows: pl.DataFrame, contract: str, caller: str = "harbour") -> None:
    """Seal rows as a gateway logs them, with labels of `caller`, and collect them."""
    context = Context(
        log="predictions", model="ferry", version=1, bundle="b" * 64, contract=contract,
        features=_FEATURES,
    )  # fmt: skip
    asked, told = [], {}
    for number, row in enumerate(rows.iter_rows(named=True)):
        at = int(row["event_time"].timestamp() * 1_000)
        name = name_of(number, at)
        columns: dict[str, Sequence[Any]] = {f.name: [row[f.name]] for f in _FEATURES}
        asked.append(predictions(name, at=at, context=context, columns=columns))
        told[name] = float(row["is_late"])
    seal(tables, *asked)
    said = labels(told, caller=caller, right="labeler")
    seal(tables, replace(said, labels=replace(said.labels, context=_LABELS)))
    collect(tables)


@dataclass(frozen=True)
class Checkout:
    """The folder that holds `models/` and the home."""

    folder: Path

    @property
    def home(self) -> Path:
        """Where state lies."""
        return self.folder / "home"

    @property
    def tables(self) -> Tables:
        """What a monitor has collected of the model."""
        return Tables(self.home / "monitor", self.home, "ferry")

    @property
    def release(self) -> Path:
        """The model's release."""
        return self.folder / "models" / "ferry" / "release.json"

    def copied(self, to: Path) -> Checkout:
        """Another one, alike."""
        shutil.copytree(self.folder, to)
        return Checkout(to)


# Trains the champion, judges it, promotes it: what a person does once. Prints its contract.
FOUND = """
from mlflow.tracking import MlflowClient
from mooring.bundle.atomic import write_file
from mooring.cli.judging import bless_model
from mooring.cli.making import ingest_model
from mooring.cli.registry import find_model
from mooring.cli.releasing import promote_model
from mooring.cli.workspace import workspace_from
from mooring.data.dataset import read_version
from mooring.data.ingest import table_of
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.train import train

model, space = find_model("ferry"), workspace_from()
ingest_model(model, space)
rows = read_version(table_of(space.data, "ferry"))
made = train(model.plan, *rows, space.bundles, MemoryTracker())
write_file(space.candidate("ferry"), made.bundle.id.encode())
assert bless_model(model, space).blessing.verdict == "blessed"
promote_model(model, space, bundle=None, reason="the first", commit=False)
# Makes MLflow's database, which takes longer than all the rest.
MlflowClient(f"sqlite:///{space.home / 'mlruns.db'}").search_experiments()
print(model.contract.digest)
"""


def write_model(folder: Path) -> Checkout:
    """Write the model and its rows; `FOUND` makes it champion."""
    package = folder / "models" / "ferry"
    package.mkdir(parents=True)
    (folder / "models" / "__init__.py").touch()
    (package / "__init__.py").touch()
    texts = {"contract": CONTRACT, "data": DATA, "pipeline": PIPELINE, "gate": GATE}
    for name, text in {**texts, "service": SERVICE}.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    crossings(FIRST, LEARNED, by_wind=True).write_parquet(package / "crossings.parquet")
    return Checkout(folder)


def later(by_wind: bool = False) -> pl.DataFrame:
    """What came after the champion's rows."""
    return crossings(LEARNED + timedelta(days=1), LAST, by_wind=by_wind)
