from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.bundle.difference import ABSENT, difference_of
from mooring.bundle.manifest import CARD, CONTRACT, METRICS
from mooring.bundle.open import Bundle
from mooring.bundle.testing.recipe import Recipe
from mooring.contract.contract import Contract


def test_a_bundle_does_not_differ_from_itself(bundle: Bundle) -> None:
    found = difference_of(bundle, bundle)
    assert found.same
    assert found.contract.changes == ()
    assert [fact for fact in (*found.facts, *found.files) if fact.differs] == []


@pytest.mark.parametrize(
    ("change", "name", "before", "after"),
    [
        pytest.param(lambda r: r.with_facts(seed=8), "seed", "7", "8", id="the seed"),
        pytest.param(
            lambda r: r.with_facts(code="1" * 64), "code", "0" * 64, "1" * 64, id="the code"
        ),
        pytest.param(
            lambda r: r.with_facts(runtime="skops"), "runtime", "onnx", "skops", id="the runtime"
        ),
        pytest.param(
            lambda r: r.with_facts(fingerprint={**r.manifest.fingerprint, "python": "3.12"}),
            "fingerprint.python", "3.11", "3.12", id="a library",
        ),
        pytest.param(
            lambda r: r.with_facts(fingerprint={"python": "3.11"}),
            "fingerprint.skops", None, ABSENT, id="a library that one side does not name",
        ),
        pytest.param(
            lambda r: r.with_facts(dataset=r.manifest.dataset.model_copy(update={"rows": 9})),
            "dataset.rows", "120", "9", id="the rows",
        ),
    ],
)  # fmt: skip
def test_a_fact_that_differs_is_said_and_nothing_else(
    bundle: Bundle, recipe: Recipe, store: Path, change: Callable[[Recipe], Recipe],
    name: str, before: str | None, after: str,
) -> None:  # fmt: skip
    found = difference_of(bundle, change(recipe).write(store))
    facts = {fact.name: fact for fact in found.facts if fact.differs}
    assert not found.same
    assert facts[name].after == after
    assert before is None or facts[name].before == before
    assert {n.split(".")[0] for n in facts} == {name.split(".")[0]}


def test_files_that_differ_are_told_by_size_and_digest(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    other = recipe.with_files({CARD: b"# Ferry\n", "more.txt": b""}).write(store)
    found = {f["name"]: f for f in difference_of(bundle, other).to_document()["files"]}
    assert set(found) == {CARD, "more.txt"}
    assert found["more.txt"]["before"] == ABSENT
    assert found[CARD]["after"].startswith("8 bytes, ")


def test_metrics_stand_side_by_side(recipe: Recipe, store: Path) -> None:
    one = recipe.with_files({METRICS: b'{"holdout":{"auc":0.7123456789,"n":9}}'}).write(store)
    two = recipe.with_files({METRICS: b'{"holdout":{"auc":0.75,"brier":0.1}}'}).write(store)
    metrics = {m.name: (m.before, m.after) for m in difference_of(one, two).metrics}
    assert metrics == {
        "holdout.auc": ("0.712346", "0.75"),
        "holdout.n": ("9", ABSENT),
        "holdout.brier": (ABSENT, "0.1"),
    }


def test_metrics_that_cannot_be_read_are_none(recipe: Recipe, store: Path) -> None:
    one = recipe.with_files({METRICS: b"{"}).write(store)
    two = recipe.with_files({METRICS: b"[" * 100_000}).write(store)
    assert difference_of(one, two).metrics == ()


def test_the_contracts_verdict_is_told(bundle: Bundle, recipe: Recipe, store: Path) -> None:
    contract = Contract.from_json(recipe.files[CONTRACT])
    wider = contract.model_copy(update={"description": "Said otherwise.", "version": "1.1"})
    changed = recipe.with_files({CONTRACT: wider.to_json()}).with_facts(contract="1.1")
    told = difference_of(bundle, changed.write(store)).to_document()
    assert told["contract"]["verdict"] == "compatible"
    assert [change["path"] for change in told["contract"]["changes"]] == ["description"]
