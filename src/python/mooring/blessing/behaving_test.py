"""Behaviours that a gate declares: what meets them, what does not, what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest

from mooring.blessing.behaving import behaviour_checks
from mooring.blessing.behaviour import (
    Behaviour,
    Case,
    Change,
    Direction,
    Invariance,
    MinimumFunction,
)
from mooring.blessing.conftest import MakeBundle, hearing_of, voyages, voyages_contract
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Check
from mooring.bundle.load import LoadedModel
from mooring.bundle.open import Bundle
from mooring.contract.columns import Columns
from mooring.evaluation.metrics import Floats

HOLDOUT = hearing_of(voyages()).holdout
ROW = {"port": "EWR", "wind": 2.0, "cargo": 0.0, "crew": 20}


@dataclass(frozen=True)
class Windy:
    """Rises by 0.01 for every unit of wind; in one port, and there only, by the crew as well."""

    answer: Callable[[Columns], Floats]

    def predict(self, columns: Columns) -> Floats:
        return self.answer(columns)


def by_wind(columns: Columns) -> Floats:
    wind = np.nan_to_num(columns["wind"])
    return np.asarray(0.5 + 0.01 * wind + 0.1 * (columns["port"] == "LGA") * columns["crew"])


Ask = Callable[..., Check]


@pytest.fixture
def ask(bundle: MakeBundle) -> Ask:
    """Ask one behaviour of a model: `ask(Invariance(…))`, `ask(…, answer=…)`."""
    kept = bundle(1)
    other = Bundle(kept.path, kept.id, kept.manifest, voyages_contract(), {})

    def run(
        behaviour: Behaviour,
        answer: Callable[[Columns], Floats] = by_wind,
        rows: pl.DataFrame = HOLDOUT,
    ) -> Check:
        loaded = LoadedModel(other, "onnx", Windy(answer))
        (check,) = behaviour_checks((behaviour,), loaded, rows)
        return check

    return run


STRONGER, CREW, PORT = Change("wind", by=1.0), Change("crew", by=1), Change("port", ("EWR", "JFK"))


@pytest.mark.parametrize(
    ("behaviour", "verdict"),
    [
        pytest.param(Invariance("calm", STRONGER, 0.0101), "blessed", id="within tolerance"),
        pytest.param(Invariance("calm", STRONGER, 0.0099), "refused", id="beyond it"),
        pytest.param(Invariance("port", PORT, 0.01), "refused", id="some rows beyond it"),
        pytest.param(
            Invariance("port", PORT, 0.01, share=0.4), "blessed", id="rows enough within it"
        ),
        pytest.param(
            Invariance("port", Change("port", ("LGA",)), 0.1), "refused", id="another value"
        ),
        pytest.param(Direction("wind", STRONGER, "rise"), "blessed", id="it rises"),
        pytest.param(Direction("wind", STRONGER, "fall"), "refused", id="it does not fall"),
        pytest.param(Direction("wind", STRONGER, "not fall"), "blessed", id="nor not rise"),
        pytest.param(Direction("wind", STRONGER, "not rise"), "refused", id="it does rise"),
        pytest.param(
            Direction("wind", Change("wind", by=-1.0), "fall"), "blessed", id="the other way"
        ),
        pytest.param(
            Direction("wind", STRONGER, "not rise", tolerance=0.02), "blessed", id="forgiven"
        ),
        pytest.param(Direction("crew", CREW, "rise"), "refused", id="it stays in most ports"),
        pytest.param(Direction("crew", CREW, "not fall"), "blessed", id="to stay is not to fall"),
        pytest.param(Direction("crew", CREW, "rise", share=0.2), "blessed", id="in one port"),
        pytest.param(
            MinimumFunction("storms", (Case(ROW, at_least=0.51), Case(ROW, at_most=0.53))),
            "blessed",
            id="cases that are met",
        ),
        pytest.param(
            MinimumFunction("storms", (Case(ROW, at_least=0.51), Case(ROW, at_most=0.51))),
            "refused",
            id="a case that is not",
        ),
    ],
)
def test_a_behaviour(ask: Ask, behaviour: Behaviour, verdict: str) -> None:
    assert ask(behaviour).verdict == verdict


def test_the_evidence_says_what_was_changed_and_what_moved(ask: Ask) -> None:
    check = ask(Invariance("calm", STRONGER, 0.0099, share=0.9))
    assert (check.name, check.metric, check.value) == ("calm", "share_held", 0.0)
    assert check.demand == "wind +1: within 0.0099 in 90% of the rows"
    assert check.reason == "moves 0.01 to 0.01, 0.01 on average"
    assert check.rows == len(HOLDOUT)
    wrong = ask(MinimumFunction("storms", (Case(ROW, at_least=0.51), Case(ROW, at_most=0.51))))
    assert (wrong.reason, wrong.value) == ("case 2 is answered 0.52", 0.5)


def test_rows_are_changed_only_to_what_the_contract_accepts(ask: Ask) -> None:
    check = ask(Direction("crew", Change("crew", by=50), "not fall"))
    assert check.rows == (HOLDOUT["crew"] + 50 <= 99).sum()


def test_a_row_that_has_the_value_already_is_not_changed(ask: Ask) -> None:
    check = ask(Direction("port", Change("port", ("JFK",)), "not rise"))
    assert check.rows == (HOLDOUT["port"] != "JFK").sum()


def test_a_null_is_not_moved_and_may_be_set(ask: Ask) -> None:
    rows = HOLDOUT.with_columns(wind=pl.when(pl.int_range(pl.len()) < 100).then("wind"))
    assert ask(Direction("wind", STRONGER, "rise"), rows=rows).rows == 100
    assert ask(Invariance("gone", Change("wind", (None,)), 9.9), rows=rows).rows == 100


@pytest.mark.parametrize(
    ("behaviour", "answer", "rows", "reason"),
    [
        pytest.param(
            Direction("wind", STRONGER, "not fall"),
            lambda columns: np.where(columns["crew"] == 20, np.nan, 0.5),
            HOLDOUT,
            "the model answers some rows with no number",
            id="NaN for a few",
        ),
        pytest.param(
            Invariance("wind", STRONGER, 9.9),
            by_wind,
            HOLDOUT.head(29),
            "29 changed rows that the contract accepts, fewer than 30",
            id="few rows",
        ),
        pytest.param(
            Invariance("crew", Change("crew", by=99), 9.9),
            by_wind,
            HOLDOUT,
            "0 changed rows that the contract accepts, fewer than 30",
            id="a change that no row allows",
        ),
        pytest.param(
            MinimumFunction("storms", (Case(ROW, at_least=0.0),)),
            lambda columns: np.array([np.nan]),
            HOLDOUT,
            "case 1 is answered nan",
            id="a case answered with NaN",
        ),
    ],
)
def test_what_cannot_be_told_is_inconclusive(
    ask: Ask, behaviour: Behaviour, answer: Any, rows: pl.DataFrame, reason: str
) -> None:
    check = ask(behaviour, answer, rows)
    assert (check.verdict, check.value, check.reason) == ("inconclusive", None, reason)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        pytest.param(lambda: Change("wind"), "either values or an amount", id="no change"),
        pytest.param(lambda: Change("wind", (1.0,), by=1.0), "either values or", id="two changes"),
        pytest.param(lambda: Invariance("x", STRONGER, -0.1), "tolerance", id="below nothing"),
        pytest.param(lambda: Invariance("x", STRONGER, np.nan), "tolerance", id="NaN"),
        pytest.param(lambda: Direction("x", STRONGER, "rise", share=0), "share", id="no share"),
        pytest.param(lambda: MinimumFunction("x", ()), "no case", id="no case"),
        pytest.param(lambda: MinimumFunction("x", (Case(ROW),)), "without a bound", id="no bound"),
    ],
)
def test_a_behaviour_that_says_nothing_is_unusable(make: Any, problem: str) -> None:
    with pytest.raises(GateUnusable, match=problem):
        make()


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        pytest.param(
            Invariance("x", Change("tide", by=1.0), 1), "tide is no feature", id="no such feature"
        ),
        pytest.param(
            Invariance("x", Change("port", by=1.0), 1), "port is no number", id="a moved category"
        ),
        pytest.param(
            Invariance("x", Change("port", ("OSL",)), 1), "does not accept", id="an unknown value"
        ),
        pytest.param(
            MinimumFunction("x", (Case(ROW | {"crew": 100}, at_least=0),)),
            "breaks the contract, instances.0.crew|breaks the contract",
            id="a case out of range",
        ),
    ],
)
def test_a_behaviour_that_does_not_fit_is_unusable(
    ask: Ask, behaviour: Behaviour, problem: str
) -> None:
    with pytest.raises(GateUnusable, match=problem):
        ask(behaviour)
