"""Bundles without a model in them, and a model whose answer is its only number."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import pytest
from annotated_types import Ge, Le
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from mooring.blessing.evidence import Blessing, Check, Verdict
from mooring.blessing.hearing import Hearing
from mooring.blessing.honesty import QUESTIONS, Honesty
from mooring.bundle.load import LoadedModel
from mooring.bundle.manifest import Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.contract.annotations import AvailableAt, Category, Cluster
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.data.dataset import DatasetVersion
from mooring.data.digest import content_digest

# Tests share their machine with builds: how long one example takes says nothing. At night there are
# more examples.
settings.register_profile(
    "shared",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("MOORING_EXAMPLES", "100")),
)
settings.load_profile("shared")

INSTANT = pl.Datetime("us", UTC)

# A gate that asks for nothing but what a test is about.
UNASKED = Honesty(exempt=dict.fromkeys(QUESTIONS, "the test is about something else"))

PORTS = ("EWR", "JFK", "LGA")
LEARNED = Period(start="2013-01-01", end="2013-01-31")
FEBRUARY = Period(start="2013-02-01", end="2013-02-28")


class Guess(Features):
    """A row that carries its own prediction."""

    port: Annotated[str, Category(*PORTS)]
    ship: Annotated[str, Category(open=True)]
    chance: float | None


class Echo:
    """Predicts what the row says."""

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Answer with the column `chance`; null is NaN."""
        return np.asarray(columns["chance"], dtype=np.float64)


@pytest.fixture(scope="session")
def contract() -> Contract:
    late = Prediction(name="late", kind="probability", label="is_late")
    return Contract.of(Guess, name="guess", version="1.0", prediction=late)


MakeBundle = Callable[..., Bundle]


@pytest.fixture(scope="session")
def bundle(contract: Contract) -> MakeBundle:
    """Make a bundle whose id follows from its seed: `bundle(7)`, `bundle(7, model="other")`."""

    def make(seed: int = 0, model: str = "guess", learned: Period = LEARNED) -> Bundle:
        data = TrainingData(name=model, sha256="d" * 64, rows=90, period=learned)
        manifest = Manifest(
            model=model, contract="1.0", runtime="onnx", tolerance="0.001", files={},
            fingerprint={}, dataset=data, code="c" * 64, seed=seed,
        )  # fmt: skip
        return Bundle(Path("/bundles") / manifest.id[:16], manifest.id, manifest, contract, {})

    return make


@pytest.fixture(scope="session")
def loaded(bundle: MakeBundle) -> LoadedModel:
    """A bundle that answers, without files: what it predicts stands in each row."""
    return LoadedModel(bundle(), "onnx", Echo())


@pytest.fixture(scope="session")
def dataset() -> DatasetVersion:
    return DatasetVersion(
        name="guess", sha256="e" * 64, rows=300, start="2013-01-01", end="2013-02-10",
        uri="/data/guess", version=2,
    )  # fmt: skip


@pytest.fixture(scope="session")
def rows() -> pl.DataFrame:
    """Three hundred rows of February, a hundred of each port, half of them late, mostly guessed."""
    start = datetime(2013, 2, 1, tzinfo=UTC)
    late = [i % 2 == 0 for i in range(300)]
    return pl.DataFrame(
        {
            "row_id": [f"{i:03}" for i in range(300)],
            "event_time": [start + timedelta(minutes=30 * i) for i in range(300)],
            "port": [PORTS[i % 3] for i in range(300)],
            "ship": ["Aurora" if i < 200 else "Borea" for i in range(300)],
            # Nine of ten guesses are on the right side.
            "chance": [0.8 if yes != (i % 10 in (0, 5) and i % 20 < 10) else 0.2
                       for i, yes in enumerate(late)],
            "is_late": late,
        }
    )  # fmt: skip


MakeBlessing = Callable[..., Blessing]


@pytest.fixture(scope="session")
def blessing(bundle: MakeBundle) -> MakeBlessing:
    """Make a blessing of a bundle out of verdicts: `blessing(bundle(1), "blessed", "refused")`."""

    def make(judged: Bundle, *verdicts: Verdict, verdict: Verdict | None = None) -> Blessing:
        checks = tuple(
            Check(name=f"check {i}", rows=9, metric="m", value=0.5, demand="some", verdict=v)
            for i, v in enumerate(verdicts or ("blessed",))
        )
        return Blessing(
            kind="evaluation", model="guess", bundle=judged.id, dataset="e" * 64,
            dataset_version=2, period=LEARNED, code="c" * 64, checks=checks,
            verdict=verdict or checks[0].verdict, seconds=0.1, judged_at="2013-03-01T00:00:00Z",
        )  # fmt: skip

    return make


class Voyage(Features):
    """One voyage; its late arrival hangs on wind and cargo, and on much that is not here."""

    port: Annotated[str, Category(*PORTS)]
    wind: Annotated[float | None, Cluster("port-hour"), AvailableAt(3_600)]
    cargo: Annotated[float, Ge(-100.0), Le(100.0)]
    crew: Annotated[int, Ge(0), Le(99)]


def voyages_contract(**prediction: Any) -> Contract:
    """The contract of voyages: a probability, or what is asked for."""
    told: dict[str, Any] = {"name": "late", "kind": "probability", "label": "is_late"}
    return Contract.of(
        Voyage, name="voyage", version="1.0", prediction=Prediction(**told | prediction)
    )


def voyages(seed: int = 0, rows: int = 1_600) -> pl.DataFrame:
    """Generated, not real: forty days from 1 January, each with a wind of its own.

    `hours` is a label that is a number, `observed_at` when the wind was read.
    """
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, 40, rows))
    wind = random.normal(0, 2, 40)[day] + random.normal(0, 1, rows)
    cargo, crew = random.normal(0, 1, rows), random.integers(5, 60, rows)
    trouble = 0.4 * wind + 0.7 * cargo + random.normal(0, 1.5, rows)
    start, minute = datetime(2013, 1, 1, tzinfo=UTC), random.integers(0, 1_440, rows)
    times = [
        start + timedelta(days=int(d), minutes=int(m)) for d, m in zip(day, minute, strict=True)
    ]
    return pl.DataFrame(
        {
            "row_id": [f"{i:05}" for i in range(rows)],
            "event_time": times,
            "port": random.choice(PORTS, rows),
            "wind": wind,
            "cargo": cargo,
            "crew": crew,
            "is_late": trouble > 1,
            "hours": 10 + trouble,
            "observed_at": [time - timedelta(hours=2) for time in times],
        },
        schema_overrides={"event_time": INSTANT, "observed_at": INSTANT},
    )


def hearing_of(rows: pl.DataFrame, contract: Contract | None = None) -> Hearing:
    """January was learned from, February is judged; the manifest knows the rows as they are."""
    told = {"name": "voyage", "sha256": "e" * 64, "start": "2013-01-01", "end": "2013-02-09"}
    kept = {"observed_at": ("wind",)}
    dataset = DatasetVersion.model_validate(
        {**told, "rows": len(rows), "uri": "/data/voyage", "version": 0, "known_at": kept}
    )
    data = TrainingData(name="voyage", sha256="0" * 64, rows=len(rows), period=LEARNED)
    hearing = Hearing(contract or voyages_contract(), data, dataset, rows, FEBRUARY)
    known = data.model_copy(update={"sha256": content_digest(hearing.learned)})
    return replace(hearing, training=known)
