"""Training again on other rows, without a bundle: for a judge who deals the labels anew."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from threadpoolctl import threadpool_limits

from mooring.bundle.manifest import Period
from mooring.bundle.skops_runtime import predict_with
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import between
from mooring.evaluation.metrics import Floats
from mooring.training.fit import fit
from mooring.training.plan import TrainingPlan


def refit_of(plan: TrainingPlan) -> Callable[[pl.DataFrame], Callable[[Columns], Floats]]:
    """How to fit `plan` on rows that are given, as `train` does, and answer with the result.

    It raises DatasetEmpty where a period of the plan has no rows, and what scikit-learn raises.
    """

    def refit(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
        kept = plan.split.calibrate
        calibrating = None if kept is None else _labelled(plan, rows, kept)
        pipeline = fit(plan, _labelled(plan, rows, plan.split.fit), calibrating)

        def predict(columns: Columns) -> Floats:
            # As fitting does: threads that wait for each other on a busy machine took ten times
            # as long.
            with threadpool_limits(limits=1):
                return predict_with(pipeline, plan.contract, columns)

        return predict

    return refit


def _labelled(plan: TrainingPlan, rows: pl.DataFrame, period: Period) -> tuple[Columns, Floats]:
    used = between(rows, period.start, period.end)
    return columns_from(plan.contract, used), labels_from(plan.contract, used)
