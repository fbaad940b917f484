"""`pipeline.py`: how the model is trained, around whatever pipeline it is."""

from __future__ import annotations

import math

from mooring.scaffold.draft import Draft, Span, Split
from mooring.scaffold.source import Call, call, laid_out, spread, text, tupled

_SMALLEST_LEAF, _LARGEST_LEAF = 5, 100

# A leaf of one row in sixty: small tables would otherwise not split at all.
_LEAVES = 60


def plan_source(draft: Draft, limits: tuple[str, ...], calibration: str | None) -> str:
    """`PLAN`: split, owner, known limits; for a quantity what float32 may change of it."""
    is_number = draft.label.kind == "number"  # quantities are never calibrated
    calibrates = calibration is not None and not is_number
    named: dict[str, Call | str] = {
        "contract": "CONTRACT",
        "pipeline": "pipeline",
        "split": spread(_split(draft.split, calibrates=calibrates)),
        "owner": text(draft.owner),
    }
    if limits:
        named["known_limits"] = tupled(map(text, limits))
    if not calibrates:
        named["calibration"] = "None"
    if is_number:
        named["tolerance"] = text(tolerance_of(draft.label.largest))
    return laid_out(spread(call("TrainingPlan", **named)), before="PLAN = ")


def tolerance_of(largest: float) -> str:
    """A millionth of the largest |label|, rounded up to a power of ten between 0.00001 and 0.1.

    Sums of a few float32, which has 24 bits, stay within it.

    >>> tolerance_of(4_983.0), tolerance_of(0.3), tolerance_of(8e9)
    ('0.01', '0.00001', '0.1')
    """
    digits = -math.ceil(math.log10(max(largest, 1e-9) / 1_000_000))
    kept = min(max(digits, 1), 5)
    return f"{10**-kept:.{kept}f}"


def _split(split: Split, *, calibrates: bool) -> Call:
    """Rows that nothing is calibrated on are learned from."""
    fit = split.fit if calibrates else (split.fit[0], split.calibrate[1])
    return call(
        "TimeSplit",
        fit=_period(fit),
        calibrate=_period(split.calibrate) if calibrates else "None",
        holdout=_period(split.holdout),
    )


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
