"""What `mooring.adopt` refuses before it writes, and what it writes of a regression in Polars."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from mooring.contract.errors import MooringError
from mooring.data.dataset import read_version
from mooring.data.ingest import table_of
from mooring.scaffold.notebook import adopt

ROWS = 300
DRAW = np.random.default_rng(5)
X = pd.DataFrame({"Size (cm)": DRAW.normal(10, 2, ROWS), "cells": DRAW.integers(1, 9, ROWS)})
Y = (X["Size (cm)"] + X["cells"] + DRAW.normal(0, 1, ROWS) > 15).astype(int)


@pytest.fixture(autouse=True)
def place(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that a notebook would find."""
    monkeypatch.setenv("MOORING_ROOT", str(checkout))
    monkeypatch.delenv("MOORING_HOME", raising=False)
    return checkout


class Unlabelled:
    """No estimator."""


@pytest.mark.parametrize(
    ("pipeline", "x", "y", "message"),
    [
        pytest.param(
            LogisticRegression(), X.to_numpy(), Y,
            "X: it is no DataFrame, so its columns have no names", id="an array",
        ),
        pytest.param(
            LogisticRegression(), pd.DataFrame(X.to_numpy()), Y,
            "X: its columns are not named by distinct strings", id="columns without names",
        ),
        pytest.param(
            LogisticRegression(), X, Y[:-1], "it has 299 values for 300 rows", id="too few labels"
        ),
        pytest.param(
            LinearRegression(), X, Y, "a regressor does not predict which of two classes",
            id="a regressor for classes",
        ),
        pytest.param(
            LogisticRegression(), X, X["Size (cm)"], "a classifier does not predict a number",
            id="a classifier for numbers",
        ),
        pytest.param(
            LinearSVC(), X, Y,
            "LinearSVC: it has no predict_proba, and a service answers with probabilities. "
            "Wrap its last step: CalibratedClassifierCV(estimator, method='sigmoid').",
            id="a classifier without probabilities",
        ),
        pytest.param(Unlabelled(), X, Y, "it is no scikit-learn estimator", id="no estimator"),
        pytest.param(
            LogisticRegression(), X.assign(day=pd.Timestamp("2024-05-01")), Y,
            "column day: it holds dates", id="a column of dates",
        ),
        pytest.param(
            LogisticRegression(), X.assign(gap=np.nan), Y,
            "column gap: it holds nothing but gaps. Drop it before the fit.", id="an empty column",
        ),
        pytest.param(
            LogisticRegression(), X.assign(mix=[1, "a"] * 150), Y,
            "column mix: its values are not of one type", id="a column of several types",
        ),
        pytest.param(
            LogisticRegression(), X, ["a", "b", "c"] * 100, "it has 3 classes", id="three classes"
        ),
    ],
)  # fmt: skip
def test_refused_with_a_cure_and_nothing_written(
    pipeline: BaseEstimator, x: Any, y: Any, message: str, place: Path
) -> None:
    with pytest.raises(MooringError) as refused:
        adopt(pipeline, x, y, name="tumour")
    assert message in str(refused.value)
    assert not (place / "models/tumour").exists()


def test_a_regression_in_polars_with_times_and_ids_is_adopted(place: Path) -> None:
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 30), eager=True)
    times = pl.concat([days] * 10).sort()
    pipeline = make_pipeline(StandardScaler(), HistGradientBoostingRegressor(max_iter=20))
    y = pl.Series("grams", X["Size (cm)"] * 3 + X["cells"])
    made = adopt(
        pipeline, pl.from_pandas(X), y, name="tumour", time=times,
        ids=[f"case {i}" for i in range(ROWS)], owner="team@example.invalid",
    )  # fmt: skip
    source = (place / "models/tumour/pipeline.py").read_text()
    assert "HistGradientBoostingRegressor(max_iter=20, random_state=seed)" in source
    assert 'holdout=Period(start="2024-01-23", end="2024-01-30")' in source
    dataset, rows = read_version(table_of(place / ".mooring/data", "tumour"))
    assert (dataset, len(rows)) == (made.dataset, ROWS)
    assert rows["row_id"].str.starts_with("case ").all()
    assert str(made).endswith("./mooring serve tumour")
    assert "<pre>Adopted as" in made._repr_html_()


def test_importing_mooring_imports_nothing_else() -> None:
    program = "import sys, mooring; print({'sklearn', 'polars', 'numpy'} & set(sys.modules))"
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "set()\n", done.stderr


def test_mooring_has_no_other_name() -> None:
    import mooring  # pants: no-infer-dep

    assert mooring.adopt is adopt
    with pytest.raises(AttributeError, match="no attribute 'adapt'"):
        mooring.adapt  # noqa: B018
