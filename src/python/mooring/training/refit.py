"""Training again on other rows, without a bundle: for a judge who deals the labels anew."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from mooring.bundle.skops_runtime import predict_with
from mooring.contract.columns import Columns
from mooring.evaluation.metrics import Floats
from mooring.training.fit import fit_on
from mooring.training.plan import TrainingPlan


def refit_of(plan: TrainingPlan) -> Callable[[pl.DataFrame], Callable[[Columns], Floats]]:
    """How to fit `plan` on rows that are given, as `train` does, and answer with the result.

    It raises DatasetEmpty where a period of the plan has no rows, and what scikit-learn raises.
    """

    def refit(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
        pipeline = fit_on(plan, rows)
        return lambda columns: predict_with(pipeline, plan.contract, columns)

    return refit
