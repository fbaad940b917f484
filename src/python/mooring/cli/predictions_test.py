"""`mooring predictions` over a log that a real writer wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.layout import MONITOR, Tables
from mooring.monitor.tables.testing.log import all_ids
from mooring.predictionlog.cloudevents import REQUEST, RESPONSE
from mooring.predictionlog.context import Context
from mooring.predictionlog.entries import LabelEntry
from mooring.predictionlog.feed import Feed
from mooring.predictionlog.records import Labels
from mooring.predictionlog.testing.records import MODEL, entry, ids_of, logged
from mooring.predictionlog.testing.writers import Starter


@pytest.fixture
def home(tmp_path: Path) -> Path:
    feed = Feed(Starter(tmp_path))
    feed.open()
    for number in range(3):
        feed.accept(entry(number, rows=2))
    name = entry(0).ids[0]
    said = Labels(Context("feedback", MODEL), (name,), (1.0,), (5,), 6, "k", "labeler", (False,))
    feed.accept(LabelEntry(said))
    feed.close(20)
    return tmp_path


def mooring(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), "predictions", *arguments])


def told(home: Path, *arguments: str) -> Any:
    done = mooring(home, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_list_names_every_file_and_its_records(home: Path) -> None:
    found = told(home, "list", MODEL)
    assert [(s["log"], s["records"], s["state"]) for s in found] == [
        ("predictions", 6, "sealed"),
        ("feedback", 1, "sealed"),
    ]
    assert "predictions" in mooring(home, "list", MODEL).stdout


def test_list_ends_with_1_when_a_file_is_damaged(home: Path) -> None:
    (path,) = (home / "predictions").rglob("*.segment")
    path.write_bytes(path.read_bytes()[:-1])
    done = mooring(home, "list", MODEL, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["state"] == "damaged"


def test_show_has_the_newest_records_with_their_features(home: Path) -> None:
    rows = told(home, "show", MODEL, "--limit", "3")
    assert [row["prediction_id"] for row in rows] == ids_of(entry(n, 2) for n in range(3))[-3:]
    assert rows[-1]["features"] == {"origin": None, "hour": 1.0}
    assert rows[-1]["prediction"] == 0.01
    assert rows[-1]["prediction_id"] in mooring(home, "show", MODEL).stdout


def test_show_finds_predictions_and_labels_by_id(home: Path) -> None:
    name = entry(0).ids[0]
    assert [row["prediction_id"] for row in told(home, "show", MODEL, "--id", name)] == [name]
    (label,) = told(home, "show", MODEL, "--feedback", "--id", name)
    assert (label["label"], label["right"]) == (1.0, "labeler")


def test_show_speaks_cloud_events(home: Path) -> None:
    events = told(home, "show", MODEL, "--cloudevents", "--limit", "1")
    assert [event["type"] for event in events] == [REQUEST, RESPONSE]


def test_erase_takes_predictions_and_labels_away(home: Path) -> None:
    name = entry(0).ids[0]
    done = told(home, "erase", MODEL, name)
    assert (done["predictions"], done["labels"]) == (1, 1)
    assert name not in logged(home)


def test_erase_reaches_what_the_monitor_took_over(home: Path) -> None:
    tables = Tables(home / MONITOR, home, MODEL)
    collect(tables)
    assert logged(home) == []
    name, *others = ids_of(entry(number, 2) for number in range(3))
    done = told(home, "erase", MODEL, name)
    assert (done["predictions"], done["labels"]) == (1, 1)
    assert all_ids(tables) == sorted(others)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("list", "no_model"), id="a model that nobody asked"),
        pytest.param(("list", "../etc"), id="a name that leads elsewhere"),
        pytest.param(("show", MODEL, "--id", "nobody-0"), id="an id that nobody got"),
    ],
)
def test_what_is_not_there_is_said_in_one_message(home: Path, arguments: tuple[str, ...]) -> None:
    done = mooring(home, *arguments, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"]["kind"] == "NothingLogged"
