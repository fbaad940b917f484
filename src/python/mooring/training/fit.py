"""Fitting: the pipeline on the fit period, then its probabilities on the calibration period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from mooring.contract.columns import Columns
from mooring.training.plan import TrainingPlan


def fit(
    plan: TrainingPlan,
    fitting: tuple[Columns, NDArray[np.float64]],
    calibrating: tuple[Columns, NDArray[np.float64]] | None,
) -> Pipeline:
    """Fit the plan's pipeline, and calibrate it on `calibrating` where that is given.

    One thread: scikit-learn keeps the thread count inside the trees, and the same data must give
    the same bytes on a machine with more cores.
    """
    with threadpool_limits(limits=1):
        pipeline = plan.pipeline(plan.seed)
        pipeline.fit(frame_of(fitting[0]), _targets(plan, fitting[1]))
        if calibrating is None or plan.calibration is None:
            return pipeline
        return _calibrate(pipeline, frame_of(calibrating[0]), calibrating[1], plan.calibration)


def frame_of(columns: Columns) -> pd.DataFrame:
    """Columns as the DataFrame that a scikit-learn pipeline selects from by name."""
    return pd.DataFrame(dict(columns))


def _targets(plan: TrainingPlan, labels: NDArray[np.float64]) -> NDArray[Any]:
    return labels.astype(np.int64) if plan.contract.prediction.kind == "probability" else labels


def _calibrate(
    pipeline: Pipeline, frame: pd.DataFrame, labels: NDArray[np.float64], method: str
) -> Pipeline:
    """Replace the last step by its calibrated form, fitted on rows that it has not seen."""
    steps, (name, estimator) = pipeline.steps[:-1], pipeline.steps[-1]
    features = Pipeline(steps).transform(frame) if steps else frame
    calibrated = CalibratedClassifierCV(FrozenEstimator(estimator), method=method)
    calibrated.fit(features, labels.astype(np.int64))
    # skl2onnx 1.20 knows no FrozenEstimator; it has done its work once calibration is fitted.
    calibrated.estimator = estimator
    for part in calibrated.calibrated_classifiers_:
        part.estimator = estimator
    return Pipeline([*steps, (name, calibrated)])
