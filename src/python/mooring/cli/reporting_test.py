from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.monitor import Monitor
from mooring.monitor.testing.world import MODEL, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"), Rides(rows=20))
    world.promote()
    world.log(FIRST, 2)
    with Monitor(world) as monitor:
        monitor.look()
        yield world


def report(world: World, *arguments: str) -> Result:
    where = ["--workspace", str(world.folder), "--home", str(world.home)]
    return CliRunner().invoke(app, [*where, "report", *arguments, "--json"])


def test_it_writes_a_page_and_says_where_and_of_what(world: World) -> None:
    done = report(world, MODEL)
    told = json.loads(done.stdout)
    path = world.home / "reports" / f"{MODEL}.html"
    assert (done.exit_code, told["report"], told["rows"]) == (0, str(path), 40)
    assert path.read_text().startswith("<!doctype html>")


def test_it_writes_where_it_is_told_to_and_only_of_the_days_that_are_asked_for(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "page.html"
    done = report(world, MODEL, "--out", str(path), "--since", str(FIRST), "--until", str(FIRST))
    assert (json.loads(done.stdout)["rows"], path.exists()) == (20, True)


@pytest.mark.parametrize(
    ("arguments", "kind", "cure"),
    [
        pytest.param(["fery"], "UnknownModel", "Known:", id="no such model"),
        pytest.param(
            ["flight_delay"], "NothingWatched", "Run the monitor", id="nothing logged of it"
        ),
        pytest.param(
            [MODEL, "--since", "2027-01-01"], "NoDays", "days from 2026-03-02", id="no such days"
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_do(
    world: World, arguments: list[str], kind: str, cure: str
) -> None:
    done = report(world, *arguments)
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["kind"]) == (1, kind)
    assert cure in error["cure"]


def test_without_evidently_its_own_page_is_written_all_the_same(world: World) -> None:
    done = report(world, MODEL, "--evidently")
    told = json.loads(done.stdout)
    assert (done.exit_code, "evidently" in told) == (0, False)
    assert "so its report is left out" in done.stderr
    assert Path(told["report"]).exists()
