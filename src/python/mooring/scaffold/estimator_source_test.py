"""Pipelines of all shapes are written down and built again; what cannot be is refused by path."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from mooring.scaffold.errors import PipelineRefused
from mooring.scaffold.estimator_source import Writer, same
from mooring.scaffold.retraining import _prove
from mooring.scaffold.source import laid_out

NAMES = {"a": "a", "b c": "b_c", "text": "text_value"}
FRAME = pd.DataFrame({"a": [1.0, 2.0], "b c": [3.0, 4.0], "text": ["x", "y"]})


def written(pipeline: Pipeline) -> str:
    """The source, proven as `adopt` proves it."""
    writer = Writer(NAMES)
    made = writer.estimator(pipeline, "pipeline", FRAME)
    _prove(pipeline, made, writer, FRAME.rename(columns=NAMES))
    return laid_out(made)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(LogisticRegression(), id="all defaults"),
        pytest.param(LogisticRegression(C=np.float64(0.5), max_iter=7), id="numpy scalars"),
        pytest.param(RandomForestClassifier(class_weight={0: 1.0, 1: 2.5}), id="a dict"),
        pytest.param(CalibratedClassifierCV(LogisticRegression(C=2), cv=3), id="a wrapped model"),
        pytest.param(
            StackingClassifier([("a", LogisticRegression()), ("b", RandomForestClassifier(9))]),
            id="a list of models",
        ),
        pytest.param(
            TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1),
            id="functions by name",
        ),
        pytest.param(HistGradientBoostingClassifier(monotonic_cst=[1, 0]), id="a list of numbers"),
    ],
)
def test_a_model_is_built_again(model: BaseEstimator) -> None:
    pipeline = make_pipeline(StandardScaler(), model)
    assert "StandardScaler()" in written(pipeline)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param(["b c"], '["b_c"]', id="names, renamed"),
        pytest.param("text", '"text_value"', id="one name, as one dimension"),
        pytest.param([0, 1], '["a", "b_c"]', id="positions"),
        pytest.param([True, False, True], '["a", "text_value"]', id="a mask"),
        pytest.param(slice(0, 2), '["a", "b_c"]', id="a slice"),
        pytest.param(
            make_column_selector(dtype_include="number"), '["a", "b_c"]', id="a selector, asked now"
        ),
        pytest.param(lambda frame: [frame.columns[0]], '["a"]', id="a lambda, asked now"),
    ],
)
def test_a_selection_becomes_the_contracts_names(columns: Any, expected: str) -> None:
    transformer = ColumnTransformer([("t", "passthrough", columns)], remainder="drop")
    assert f'("t", "passthrough", {expected})' in written(make_pipeline(transformer))


def test_parts_within_parts_keep_their_columns() -> None:
    inner = ColumnTransformer([("scale", StandardScaler(), [1])], remainder="passthrough")
    outer = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["a"]),
        (inner, ["a", "b c"]),
        (OneHotEncoder(handle_unknown="ignore"), ["text"]),
        (make_pipeline(FunctionTransformer(np.ravel), CountVectorizer(ngram_range=(1, 2))), "text"),
    )
    whole = make_pipeline(FeatureUnion([("columns", outer)]), LogisticRegression())
    source = written(whole)
    assert '("scale", StandardScaler(), ["b_c"])' in source
    assert "ngram_range=(1, 2)" in source


def test_missing_values_categories_and_arrays_are_written() -> None:
    encoder = OrdinalEncoder(
        categories=[np.array([1.0, 2.0])], handle_unknown="use_encoded_value", unknown_value=np.nan
    )
    source = written(make_pipeline(make_column_transformer((encoder, ["a"]))))
    assert 'np.array([1.0, 2.0], dtype="float64")' in source
    assert 'unknown_value=float("nan")' in source


def test_chance_that_was_left_free_takes_the_plans_seed() -> None:
    source = written(
        make_pipeline(RandomForestClassifier(), RandomForestClassifier(random_state=3))
    )
    assert "random_state=seed" in source
    assert "random_state=3" in source


class Mine(StandardScaler):  # type: ignore[misc]  # scikit-learn ships no types
    """An estimator that another process can import: tests are modules."""


Mine.__module__ = "__main__"


@pytest.mark.parametrize(
    ("step", "path", "problem"),
    [
        pytest.param(
            FunctionTransformer(lambda x: x), "pipeline.steps.functiontransformer.func",
            "a lambda cannot be imported by anybody else", id="a lambda",
        ),
        pytest.param(
            Mine(), "pipeline.steps.mine", "Mine, which lives in the notebook,",
            id="a class of the notebook",
        ),
        pytest.param(
            FunctionTransformer(partial(np.clip, a_min=0)),
            "pipeline.steps.functiontransformer.func", "a partial has no form as source",
            id="an object",
        ),
        pytest.param(
            RandomForestClassifier(random_state=np.random.RandomState(1)),
            "pipeline.steps.randomforestclassifier.random_state",
            "a generator of random numbers cannot be repeated", id="a generator of chance",
        ),
        pytest.param(
            make_column_transformer((StandardScaler(), ["d"])),
            "pipeline.steps.columntransformer.transformers.standardscaler",
            "X has no column d", id="a column that X lacks",
        ),
        pytest.param(
            make_column_transformer((StandardScaler(), [7])),
            "pipeline.steps.columntransformer.transformers.standardscaler",
            "X has 3 columns, and it selects beyond", id="a position beyond X",
        ),
    ],
)  # fmt: skip
def test_what_has_no_source_is_refused_by_its_path(
    step: BaseEstimator, path: str, problem: str
) -> None:
    with pytest.raises(PipelineRefused) as refused:
        written(make_pipeline(step))
    assert refused.value.place == path
    assert problem in refused.value.problem


def test_columns_of_what_another_step_made_are_refused() -> None:
    late = make_pipeline(StandardScaler(), make_column_transformer((StandardScaler(), [0])))
    with pytest.raises(PipelineRefused, match="it selects columns of what another step made"):
        written(late)


def test_nan_is_itself_and_types_matter() -> None:
    assert same(float("nan"), float("nan"))
    assert not same(1, True)
    assert not same(np.array([1]), np.array([1.0]))
