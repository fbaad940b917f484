"""Bundles without a model in them, and a model whose answer is its only number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from mooring.blessing.evidence import Blessing, Check, Verdict
from mooring.bundle.load import LoadedModel
from mooring.bundle.manifest import Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.contract.annotations import Category
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.data.dataset import DatasetVersion

PORTS = ("EWR", "JFK", "LGA")
LEARNED = Period(start="2013-01-01", end="2013-01-31")


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
