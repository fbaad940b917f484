"""`pipeline.py`: how the model is trained, around whatever pipeline it is."""

from __future__ import annotations

from mooring.scaffold.draft import Draft, Span
from mooring.scaffold.source import Call, call, laid_out, spread, text, tupled

_SMALLEST_LEAF, _LARGEST_LEAF = 5, 100

# A leaf of one row in sixty: small tables would otherwise not split at all.
_LEAVES = 60


def plan_source(draft: Draft, limits: tuple[str, ...], calibration: str | None) -> str:
    """`PLAN`: split, owner, known limits."""
    split = spread(
        call(
            "TimeSplit",
            fit=_period(draft.split.fit),
            calibrate=_period(draft.split.calibrate),
            holdout=_period(draft.split.holdout),
        )
    )
    named: dict[str, Call | str] = {
        "contract": "CONTRACT", "pipeline": "pipeline", "split": split, "owner": text(draft.owner)
    }  # fmt: skip
    if limits:
        named["known_limits"] = tupled(map(text, limits))
    if calibration is None or draft.label.kind == "number":  # quantities are never calibrated
        named["calibration"] = "None"
    return laid_out(spread(call("TrainingPlan", **named)), before="PLAN = ")


def _period(span: Span) -> Call:
    return call("Period", start=text(span[0]), end=text(span[1]))


def trees_source(draft: Draft) -> str:
    """The default `pipeline.py`: ordinal categories and boosted trees."""
    texts = [f for f in draft.contract.features if not f.numeric]
    numbers = [f for f in draft.contract.features if f.numeric]
    kind = "Classifier" if draft.contract.prediction.kind == "probability" else "Regressor"
    leaf = min(max(draft.rows // _LEAVES, _SMALLEST_LEAF), _LARGEST_LEAF)
    parts = [*(["category"] if texts else []), *(["number"] if numbers else [])]
    return _TREES.format(
        name=draft.name,
        kind=kind,
        intro="boosted trees over ordinal categories" if texts else "boosted trees",
        ordinal="from sklearn.preprocessing import OrdinalEncoder\n" if texts else "",
        lists="\n".join(_LISTS[part] for part in parts),
        encode=_ENCODE if texts else "",
        columns=", ".join(_STEPS[part] for part in parts),
        leaf=leaf,
        plan=plan_source(draft, limits_of(draft), "sigmoid"),
    )


def limits_of(draft: Draft) -> tuple[str, ...]:
    """What is known to be missing from the start."""
    if draft.time is not None:
        return ()
    return ("Split at random, not by time: how it ages has not been looked at.",)


_LISTS = {
    "category": "CATEGORIES = [f.name for f in CONTRACT.features if not f.numeric]",
    "number": "NUMBERS = [f.name for f in CONTRACT.features if f.numeric]",
}
_STEPS = {
    "category": '("category", encode, CATEGORIES)',
    "number": '("number", "passthrough", NUMBERS)',
}
_ENCODE = """\
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
"""
_TREES = '''\
"""How `{name}` is trained: {intro}, the first recipe to be beaten."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoosting{kind}
from sklearn.pipeline import Pipeline
{ordinal}
from models.{name}.contract import CONTRACT
from mooring.bundle.manifest import Period
from mooring.training.plan import TimeSplit, TrainingPlan

{lists}


def pipeline(seed: int) -> Pipeline:
    """The unfitted pipeline; a gap in a number stays NaN, which the trees know."""
{encode}    columns = ColumnTransformer([{columns}])
    trees = HistGradientBoosting{kind}(
        max_iter=100,
        learning_rate=0.08,
        min_samples_leaf={leaf},
        l2_regularization=1.0,
        early_stopping=False,  # it would hold out at random; the split is the plan's
        random_state=seed,
    )
    return Pipeline([("columns", columns), ("trees", trees)])


{plan}
'''
