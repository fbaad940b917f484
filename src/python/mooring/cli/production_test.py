"""What follows a release at the command line: aliases in MLflow, and the card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient
from typer.testing import CliRunner, Result

from mooring.bundle.release import read_release
from mooring.cli.app import app
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace


def mooring(space: Workspace, verb: str, *options: str) -> Result:
    where = ["--workspace", str(space.root), "--home", str(space.home)]
    return CliRunner().invoke(app, [*where, verb, "flight_delay", *options])


def test_a_promotion_shows_in_mlflow(space: Workspace, model: Model) -> None:
    done = mooring(space, "promote", "--json")

    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["MLflow"] == {"champion": "1"}
    uri = f"sqlite:///{space.home / 'mlruns.db'}"
    found = MlflowClient(uri, uri).get_model_version_by_alias(model.name, "champion")
    assert (found.tags["bundle"], found.tags["release_version"]) == (told["bundle"], "1")
    blessed = read_release(space.release(model.name)).release.champion
    assert blessed is not None
    assert found.tags["blessing.evaluation"] == blessed.blessings["evaluation"]

    again = mooring(space, "mirror", "--json")
    assert json.loads(again.stdout) == {"aliases": {"champion": "1"}, "not shown": []}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(None, "there is no tracking store", id="a store that is gone"),
        pytest.param("no database", "the registry cannot be used", id="a store that is broken"),
    ],
)
def test_a_mirror_that_fails_does_not_undo_the_promotion(
    space: Workspace, model: Model, broken: str | None, said: str
) -> None:
    store = space.home / "mlruns.db"
    store.unlink()
    if broken:
        store.write_text(broken)

    done = mooring(space, "promote")

    assert done.exit_code == 0
    assert "Released, and not mirrored to MLflow" in done.output
    assert said in done.output
    assert read_release(space.release(model.name)).release.last_version == 1
    assert store.exists() == (broken is not None)


def test_without_a_release_there_is_nothing_to_mirror(space: Workspace) -> None:
    done = mooring(space, "mirror")
    assert done.exit_code == 1
    assert "no released bundle names a run" in done.output


def test_the_champion_and_a_candidate_have_cards(space: Workspace, tmp_path: Path) -> None:
    none = mooring(space, "card")
    assert none.exit_code == 1
    assert "there is no champion" in none.output

    candidate = space.candidate("flight_delay").read_text()
    done = mooring(space, "card", "--bundle", candidate[:16], "--out", str(tmp_path / "card"))
    assert done.exit_code == 0
    assert "**not released**" in (tmp_path / "card" / "card.md").read_text()

    (space.home / "mlruns.db").unlink()
    assert mooring(space, "promote", "--reason", "a <b>first</b>").exit_code == 0
    told = json.loads(mooring(space, "card", "--json").stdout)
    assert set(told) == {"card.md", "card.html", "roc.svg", "calibration.svg", "slices.svg"}
    page = Path(told["card.html"]).read_text()
    assert "champion, version 1" in page
    assert ">at least 0.66<" in page
    assert "a &lt;b&gt;first&lt;/b&gt;" in page
    assert '<td class="mono">origin = JFK</td>' in page
