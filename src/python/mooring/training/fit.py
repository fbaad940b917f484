"""Fitting: the pipeline on the fit period, then its probabilities on the calibration period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from mooring.bundle.manifest import Period
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import between
from mooring.training.errors import LabelsUnusable
from mooring.training.plan import TrainingPlan

Labelled = tuple[Columns, NDArray[np.float64]]


def fit_on(plan: TrainingPlan, rows: pl.DataFrame) -> Pipeline:
    """Fit the plan's pipeline on the periods of `rows` that it learns from.

    Raises DatasetEmpty for a period without rows, LabelsUnusable for one without both outcomes.
    """
    fitting = labelled(plan, rows, plan.split.fit)
    if not plan.calibrates or plan.split.calibrate is None:
        return fit(plan, fitting, None)
    return fit(plan, fitting, labelled(plan, rows, plan.split.calibrate))


def labelled(plan: TrainingPlan, rows: pl.DataFrame, period: Period) -> Labelled:
    """The features and labels of a period. Raises DatasetEmpty when it has no rows."""
    used = between(rows, period.start, period.end)
    return columns_from(plan.contract, used), labels_from(plan.contract, used)


def fit(
    plan: TrainingPlan,
    fitting: Labelled,
    calibrating: Labelled | None,
) -> Pipeline:
    """Fit the plan's pipeline, and calibrate it on `calibrating` where that is given.

    One thread: scikit-learn keeps the thread count inside the trees, and the same data must give
    the same bytes on a machine with more cores.
    """
    with threadpool_limits(limits=1):
        pipeline = plan.pipeline(plan.seed)
        pipeline.fit(frame_of(fitting[0]), _targets(plan, fitting[1], "fit"))
        if calibrating is None or plan.calibration is None:
            return pipeline
        targets = _targets(plan, calibrating[1], "calibrate")
        return _calibrate(pipeline, frame_of(calibrating[0]), targets, plan.calibration)


def frame_of(columns: Columns) -> pd.DataFrame:
    """Columns as the DataFrame that a scikit-learn pipeline selects from by name."""
    return pd.DataFrame(dict(columns))


def _targets(plan: TrainingPlan, labels: NDArray[np.float64], period: str) -> NDArray[Any]:
    """Labels as scikit-learn wants them. Raises LabelsUnusable for a class alone."""
    if plan.contract.prediction.kind == "number":
        return labels
    if len(np.unique(labels)) < 2:
        raise LabelsUnusable(
            f"all labels of the {period} period are alike",
            place=f"plan of {plan.contract.name}",
            cure="Choose periods that hold both outcomes.",
        )
    return labels.astype(np.int64)


def _calibrate(
    pipeline: Pipeline, frame: pd.DataFrame, targets: NDArray[Any], method: str
) -> Pipeline:
    """Replace the last step by its calibrated form, fitted on rows that it has not seen."""
    steps, (name, estimator) = pipeline.steps[:-1], pipeline.steps[-1]
    features = Pipeline(steps).transform(frame) if steps else frame
    calibrated = CalibratedClassifierCV(FrozenEstimator(estimator), method=method)
    calibrated.fit(features, targets)
    # skl2onnx 1.20 knows no FrozenEstimator; it has done its work once calibration is fitted.
    calibrated.estimator = estimator
    for part in calibrated.calibrated_classifiers_:
        part.estimator = estimator
    return Pipeline([*steps, (name, calibrated)])
