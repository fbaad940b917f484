"""Golden samples cover the range of predictions, and rows with gaps."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.contract.request import RequestSchema
from mooring.training.golden import BY_PREDICTION, WITH_GAPS, choose_samples


def by_hour(columns: Columns) -> NDArray[np.float64]:
    """A model whose answer is the hour, in hundredths."""
    return np.asarray(columns["hour"] / 100, dtype=np.float64)


def test_samples_span_the_predictions_from_lowest_to_highest(
    contract: Contract, rows: pl.DataFrame
) -> None:
    hours = rows["hour"].to_numpy() / 100
    samples = choose_samples(contract, rows, hours, by_hour)
    told = sorted(sample.prediction for sample in samples)
    assert (told[0], told[-1]) == (0.0, 0.23)
    assert len(set(told)) == 24
    assert BY_PREDICTION <= len(samples) <= BY_PREDICTION + WITH_GAPS
    assert sum(None in sample.instance.values() for sample in samples) >= WITH_GAPS


def test_a_sample_is_a_row_with_its_own_prediction(contract: Contract, rows: pl.DataFrame) -> None:
    few = rows.head(10)
    samples = choose_samples(contract, few, few["hour"].to_numpy() / 100, by_hour)
    assert len(samples) == 10
    assert all(sample.prediction == sample.instance["hour"] / 100 for sample in samples)


def test_a_sensitive_value_never_travels_and_the_answer_is_to_what_does(
    contract: Contract, rows: pl.DataFrame
) -> None:
    secret = tuple(
        f.model_copy(update={"sensitive": f.name in ("hour", "carrier")}) for f in contract.features
    )
    guarded = contract.model_copy(update={"features": secret})
    samples = choose_samples(guarded, rows, rows["hour"].to_numpy() / 100, by_hour)
    examples = {f.name: f.example for f in secret if f.sensitive}
    assert [{name: s.instance[name] for name in examples} for s in samples] == [
        examples for _ in samples
    ]
    assert {sample.prediction for sample in samples} == {float(str(examples["hour"])) / 100}
    assert len({sample.instance["temp"] for sample in samples}) > 20


def test_samples_are_what_a_client_may_send(contract: Contract, rows: pl.DataFrame) -> None:
    samples = choose_samples(contract, rows, np.zeros(len(rows)), by_hour)
    RequestSchema(contract).check_all([sample.instance for sample in samples])
