"""Rows of a dataset as a model sees them: the same columns that a request gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from mooring.contract.contract import Contract
from mooring.contract.request import RequestSchema
from mooring.data.columns import columns_from, instances_from, labels_from

Rows = Callable[..., pl.DataFrame]


def test_training_sees_the_columns_that_serving_sees(contract: Contract, rows: Rows) -> None:
    frame = rows(6, {0: {"haven": None}, 1: {"crew": None, "insured": True}})
    learned = columns_from(contract, frame)
    served = RequestSchema(contract).check_all(instances_from(contract, frame))
    assert list(learned) == list(served) == list(contract.feature_names)
    for name in served:
        assert learned[name].dtype == served[name].dtype
        np.testing.assert_array_equal(learned[name], served[name])


def test_labels_are_zero_and_one(contract: Contract, rows: Rows) -> None:
    labels = labels_from(contract, rows(3))
    assert labels.dtype == np.float64
    assert labels.tolist() == [1.0, 0.0, 1.0]


def test_instances_hold_features_only(contract: Contract, rows: Rows) -> None:
    (instance,) = instances_from(contract, rows(1))
    assert tuple(instance) == contract.feature_names
