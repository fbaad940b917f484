"""A candidate against the champion on the same rows: what passes, what fails, what is no answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from mooring.blessing.conftest import LEARNED, UNASKED
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evaluation import evaluate
from mooring.blessing.evidence import Blessing, Check, Versus
from mooring.blessing.gate import AgainstChampion, Floor, Gate
from mooring.bundle.load import LoadedModel
from mooring.bundle.manifest import Period
from mooring.bundle.open import Bundle
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.data.dataset import DatasetVersion

# The rows' three hundred half hours begin on 1 February and touch seven days.
FEBRUARY = Period(start="2013-02-01", end="2013-02-28")
LIKE, WORSE, BETTER = 0.8, 0.6, 0.9


@dataclass(frozen=True)
class Surer:
    """Says `surety` where the row says 0.8, and 1 − `surety` where it says 0.2."""

    surety: float

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Surer of the same guesses, or less sure."""
        guess = np.asarray(columns["chance"], dtype=np.float64)
        return np.where(guess > 0.5, self.surety, 1 - self.surety)


Against = Callable[..., Blessing]


@pytest.fixture
def against(
    loaded: LoadedModel,
    bundle: Callable[..., Bundle],
    dataset: DatasetVersion,
    rows: pl.DataFrame,
) -> Against:
    """Judge against a champion of some surety: `against(WORSE, mode="superior", margin=0.1)`."""

    def run(
        surety: float = LIKE,
        rows: pl.DataFrame = rows,
        champion: Bundle | None = None,
        **demanded: Any,
    ) -> Blessing:
        other = LoadedModel(champion or bundle(9), "onnx", Surer(surety))
        asked: dict[str, Any] = {
            "metric": "log_loss",
            "margin": 0.01,
            "minimum_blocks": 7,
        } | demanded
        gate = Gate(
            FEBRUARY,
            (Floor("base_rate", at_least=0.1),),
            minimum_rows=1,
            honesty=UNASKED,
            against_champion=AgainstChampion(**asked),
        )
        return evaluate(loaded, gate, dataset, rows, other)

    return run


def comparison(blessing: Blessing) -> tuple[Check, Versus]:
    check = blessing.checks[-1]
    assert check.versus is not None
    return check, check.versus


@pytest.mark.parametrize(
    ("champion", "demanded", "verdict"),
    [
        pytest.param(LIKE, {"margin": 0.0}, "blessed", id="its equal is not worse"),
        pytest.param(LIKE, {"mode": "superior", "margin": 0.0}, "refused", id="nor better"),
        pytest.param(WORSE, {}, "blessed", id="a better one is not worse"),
        pytest.param(WORSE, {"mode": "superior"}, "blessed", id="and it is better"),
        pytest.param(WORSE, {"mode": "superior", "margin": 0.5}, "refused", id="not by so much"),
        pytest.param(BETTER, {}, "refused", id="a worse one is refused"),
        pytest.param(BETTER, {"margin": 0.3}, "blessed", id="unless within the margin"),
        pytest.param(BETTER, {"mode": "superior"}, "refused", id="and is not better"),
        pytest.param(WORSE, {"metric": "brier", "mode": "superior"}, "blessed", id="by Brier"),
        pytest.param(BETTER, {"metric": "brier"}, "refused", id="worse by Brier"),
        pytest.param(0.5, {"metric": "roc_auc", "mode": "superior"}, "blessed", id="by AUC"),
        pytest.param(0.2, {"metric": "roc_auc", "mode": "superior"}, "blessed", id="far by AUC"),
        pytest.param(BETTER, {"metric": "roc_auc", "margin": 0.0}, "blessed", id="AUC sees order"),
        pytest.param(WORSE, {"minimum_blocks": 8}, "inconclusive", id="a day too few"),
        pytest.param(BETTER, {"minimum_blocks": 8}, "inconclusive", id="too few to refuse either"),
        pytest.param(float("nan"), {}, "inconclusive", id="a champion that answers NaN"),
    ],
)
def test_against_the_champion(
    against: Against, champion: float, demanded: dict[str, Any], verdict: str
) -> None:
    blessing = against(champion, **demanded)
    check, versus = comparison(blessing)
    assert check.verdict == blessing.verdict == verdict
    assert bool(versus.reason) == (verdict == "inconclusive")
    assert Blessing.model_validate_json(blessing.to_json()) == blessing


def test_the_evidence_says_what_was_found(against: Against, bundle: Callable[..., Bundle]) -> None:
    check, versus = comparison(against(BETTER))
    # One guess in ten is wrong.
    ours = -0.9 * np.log(0.8) - 0.1 * np.log(0.2)
    theirs = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)
    assert check.name == "non-inferior to the champion"
    assert check.demand == "worse by at most 0.01 at 95% confidence on at least 7 blocks"
    assert (check.rows, check.metric) == (300, "log_loss")
    assert check.value == pytest.approx(ours, abs=1e-8)
    assert versus.value == pytest.approx(theirs, abs=1e-8)
    assert versus.difference == pytest.approx(ours - theirs, abs=1e-8)
    assert versus.lower is not None
    assert versus.upper is not None
    assert versus.lower < ours - theirs < versus.upper
    assert (versus.champion, versus.blocks, versus.resamples) == (bundle(9).id, 7, 2_000)
    assert check.found == f"{check.value} against {versus.value}: {versus.lower} to {versus.upper}"


@pytest.mark.parametrize(
    ("start", "end", "verdict"),
    [
        pytest.param("2013-01-01", "2013-01-31", "blessed", id="the month before"),
        pytest.param("2013-01-01", "2013-02-01", "inconclusive", id="the first day"),
        pytest.param("2013-02-28", "2013-03-31", "inconclusive", id="the last day"),
        pytest.param("2013-03-01", "2013-03-31", "blessed", id="the month after"),
    ],
)
def test_a_champion_that_knows_the_holdout_is_no_yardstick(
    against: Against, bundle: Callable[..., Bundle], start: str, end: str, verdict: str
) -> None:
    learned = Period(start=start, end=end)
    check, versus = comparison(against(WORSE, champion=bundle(9, learned=learned)))
    assert check.verdict == verdict
    if verdict == "inconclusive":
        assert f"learned from days of the holdout: {start} to {end}" in versus.reason
        assert check.found == versus.reason
        assert (check.value, versus.value, versus.lower, versus.blocks) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"prediction": Prediction(name="late", kind="probability", label="is_gone")},
            "predicts probability of is_gone",
            id="another label",
        ),
        pytest.param(
            {"prediction": Prediction(name="late", kind="number", label="is_late")},
            "predicts number of is_late",
            id="another kind",
        ),
        pytest.param(
            {"features": (Feature(name="tide", kind="float", example=1.0),)},
            "lacks the champion's tide",
            id="a feature that is no more",
        ),
    ],
)
def test_a_champion_of_another_contract(
    against: Against,
    contract: Contract,
    bundle: Callable[..., Bundle],
    change: dict[str, Any],
    reason: str,
) -> None:
    kept = bundle(9)
    other = contract.model_copy(update=change)
    champion = Bundle(kept.path, kept.id, kept.manifest, other, {})
    check, versus = comparison(against(WORSE, champion=champion))
    assert check.verdict == "inconclusive"
    assert reason in versus.reason


def test_one_class_has_no_auc(against: Against, rows: pl.DataFrame) -> None:
    late = rows.with_columns(is_late=True)
    check, versus = comparison(against(WORSE, late, metric="roc_auc"))
    assert (check.verdict, versus.reason) == ("inconclusive", "roc_auc is undefined here")


def test_blocks_are_days_of_the_holdout(against: Against, rows: pl.DataFrame) -> None:
    _, versus = comparison(against(WORSE, rows[:48], minimum_blocks=2))
    assert versus.reason == "1 blocks are fewer than 2"


def test_a_metric_of_the_other_kind_of_prediction_is_unusable(against: Against) -> None:
    with pytest.raises(GateUnusable, match="not by mae"):
        against(metric="mae")


@pytest.mark.parametrize("asked", [True, False], ids=["no champion yet", "a gate that asks not"])
def test_there_is_no_comparison_with(
    loaded: LoadedModel, dataset: DatasetVersion, rows: pl.DataFrame, asked: bool
) -> None:
    demanded = AgainstChampion("log_loss", margin=0.0, minimum_blocks=2) if asked else None
    floors = (Floor("roc_auc", at_least=0.7),)
    gate = Gate(FEBRUARY, floors, minimum_rows=1, against_champion=demanded, honesty=UNASKED)
    blessing = evaluate(loaded, gate, dataset, rows, None if asked else loaded)
    assert [check.versus for check in blessing.checks] == [None] * (2 + len(UNASKED.exempt))
    assert blessing.verdict == "blessed"


@pytest.mark.parametrize(
    ("is_moved", "learned", "verdict"),
    [
        pytest.param(True, LEARNED, "blessed", id="a retrain that is no worse than the champion"),
        pytest.param(False, LEARNED, "refused", id="a first model, which owes what it says"),
        pytest.param(True, FEBRUARY, "refused", id="a retrain whose champion is no yardstick"),
    ],
)
def test_a_floor_that_the_champion_misses_too_is_asked_of(
    loaded: LoadedModel,
    bundle: Callable[..., Bundle],
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    is_moved: bool,
    learned: Period,
    verdict: str,
) -> None:
    champion = LoadedModel(bundle(9, learned=learned), "onnx", Surer(WORSE))
    beyond = (Floor("log_loss", at_most=0.01),)
    gate = Gate(LEARNED, beyond, minimum_rows=1, honesty=UNASKED).moved(FEBRUARY)
    judging = gate if is_moved else replace(gate, retrained=False)
    blessing = evaluate(loaded, judging, dataset, rows, champion)
    assert blessing.period == FEBRUARY
    assert blessing.checks[-1].verdict == verdict
