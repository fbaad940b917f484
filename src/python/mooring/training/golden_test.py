"""Golden samples cover the range of predictions, and rows with gaps."""

from __future__ import annotations

import numpy as np
import polars as pl

from mooring.contract.contract import Contract
from mooring.contract.request import RequestSchema
from mooring.training.golden import BY_PREDICTION, WITH_GAPS, choose_samples


def test_samples_span_the_predictions_from_lowest_to_highest(
    contract: Contract, rows: pl.DataFrame
) -> None:
    predictions = np.linspace(0.9, 0.1, len(rows))
    samples = choose_samples(contract, rows, predictions)
    told = sorted(sample.prediction for sample in samples)
    assert (told[0], told[-1]) == (0.1, 0.9)
    assert max(np.diff(told)) < 2 * 0.8 / BY_PREDICTION
    assert BY_PREDICTION <= len(samples) <= BY_PREDICTION + WITH_GAPS
    assert sum(None in sample.instance.values() for sample in samples) >= WITH_GAPS


def test_a_sample_is_a_row_with_its_own_prediction(contract: Contract, rows: pl.DataFrame) -> None:
    few = rows.head(10)
    predictions = few["hour"].to_numpy() / 100
    samples = choose_samples(contract, few, predictions)
    assert len(samples) == 10
    assert all(sample.prediction == sample.instance["hour"] / 100 for sample in samples)


def test_samples_are_what_a_client_may_send(contract: Contract, rows: pl.DataFrame) -> None:
    samples = choose_samples(contract, rows, np.zeros(len(rows)))
    RequestSchema(contract).check_all([sample.instance for sample in samples])
