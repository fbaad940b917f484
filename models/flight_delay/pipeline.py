"""How `flight_delay` is trained: ordinal categories, boosted trees, sigmoid calibration."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from models.flight_delay.contract import CONTRACT
from mooring.bundle.manifest import Period
from mooring.training.plan import TimeSplit, TrainingPlan

CATEGORIES = [f.name for f in CONTRACT.features if not f.numeric]
NUMBERS = [f.name for f in CONTRACT.features if f.numeric]


def pipeline(seed: int) -> Pipeline:
    """The unfitted pipeline; an unseen destination becomes -1, a gap stays NaN for the trees."""
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    features = ColumnTransformer(
        [("category", encode, CATEGORIES), ("number", "passthrough", NUMBERS)]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.06,
        min_samples_leaf=100,
        l2_regularization=1.0,
        early_stopping=False,  # it would hold out at random; the split by time is the plan's
        random_state=seed,
    )
    return Pipeline([("features", features), ("trees", trees)])


PLAN = TrainingPlan(
    contract=CONTRACT,
    pipeline=pipeline,
    split=TimeSplit(
        fit=Period(start="2013-01-01", end="2013-02-28"),
        calibrate=Period(start="2013-03-01", end="2013-03-14"),
        holdout=Period(start="2013-03-15", end="2013-03-31"),
    ),
    owner="examples@mooring.invalid",
    known_limits=(
        "Knows January to March only: it has seen no summer, and loses accuracy by September.",
        "Cancelled and diverted flights are not among its examples.",
        "Destinations not seen in training are served with the average behaviour.",
    ),
)
