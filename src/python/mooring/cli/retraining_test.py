"""`mooring retrain` and `challenge` as an incident starts them: real processes, MLflow's SQLite,
the monitor's tables. A small model stands in for the flights.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mooring.bundle.manifest import METRICS
from mooring.bundle.open import open_bundle
from mooring.bundle.release import read_release
from mooring.cli.testing.ending import end_and_go_on, running, runs_in, trained, unfinished
from mooring.cli.testing.ferries import FOUND, Checkout, later, write_log, write_model
from mooring.cli.testing.forks import Done, Forks, forks
from mooring.data.dataset import latest
from mooring.data.ingest import table_of
from mooring.monitor.incidents.job import parse_result
from mooring.monitor.tables.joined import days, joined
from mooring.process.ports import free_port


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return write_model(tmp_path_factory.mktemp("first") / "checkout")


@pytest.fixture(scope="module")
def commands(first: Checkout) -> Iterator[Forks]:
    with forks(first) as started:
        yield started


@pytest.fixture(scope="module")
def founded(first: Checkout, commands: Forks) -> Checkout:
    """The champion stands, and a log of other weather is collected."""
    done = commands.run(first, program=FOUND)
    assert done.status == 0, done.err
    write_log(first.tables, later(), done.out.strip())
    return first


@pytest.fixture
def checkout(founded: Checkout, tmp_path: Path) -> Checkout:
    return founded.copied(tmp_path / "checkout")


Retrain = Callable[..., Done]


@pytest.fixture
def retrain(commands: Forks, checkout: Checkout) -> Retrain:
    def run(*more: str) -> Done:
        return commands.run(checkout, "retrain", "ferry", "--incident", "i1", "--json", *more)

    return run


def folder_of(checkout: Checkout, kind: str = "retrain") -> Path:
    return checkout.home / "monitor" / "jobs" / f"i1-{kind}"


def result_of(checkout: Checkout, kind: str = "retrain") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder_of(checkout, kind) / "result.json").read_text())
    return found


def test_an_incident_becomes_a_blessed_bundle_and_then_a_challenger_once(
    checkout: Checkout, commands: Forks, retrain: Retrain
) -> None:
    before = latest(table_of(checkout.home / "data", "ferry"))
    champion = read_release(checkout.release).release.champion
    assert before is not None
    assert champion is not None

    done = retrain()
    assert done.status == 0, done.err
    found = result_of(checkout)
    assert json.loads(done.out) == found
    assert (found["outcome"], found["champion"]) == ("blessed", champion.bundle)
    # Whole days that ended three days before the newest event: 1 March to 16 April.
    assert found["labels_by"] == {"harbour": 47 * 24}
    value, lower, upper = found["delta"]["log_loss"]
    assert lower < value < upper < 0

    dataset = latest(table_of(checkout.home / "data", "ferry"))
    assert dataset is not None
    assert (dataset.version, dataset.start, dataset.end) == (
        before.version + 1,
        "2013-01-01",
        "2013-04-16",
    )
    bundle = open_bundle(checkout.home / "bundles" / found["bundle"][:16], expect=found["bundle"])
    told = json.loads(bundle.files[METRICS])
    assert (told["holdout"]["start"], told["holdout"]["end"]) == ("2013-04-03", "2013-04-16")
    assert bundle.manifest.dataset.period.end == "2013-04-02"
    assert b"Retrained on 2013-01-01 to 2013-04-02" in bundle.files["card.md"]

    same = commands.run(checkout, "reproduce", "ferry", "--bundle", found["bundle"], "--json")
    assert same.status == 0, same.out
    assert json.loads(same.out)["data"].startswith(f"dataset version {dataset.version}")

    again = retrain()
    assert (again.status, json.loads(again.out)) == (0, found)
    assert runs_in(checkout) == ["FINISHED"]

    asked = ("challenge", "ferry", "--bundle", found["bundle"], "--incident", "i1", "--json")
    done = commands.run(checkout, *asked)
    assert done.status == 0, done.err
    release = read_release(checkout.release).release
    assert release.champion == champion
    assert release.challenger is not None
    assert (release.challenger.bundle, release.challenger.version) == (found["bundle"], 2)
    assert "Incident i1" in release.challenger.reason
    assert result_of(checkout, "challenge")["outcome"] == "challenger"

    content = checkout.release.read_bytes()
    assert commands.run(checkout, *asked).status == 0
    (folder_of(checkout, "challenge") / "result.json").unlink()
    assert commands.run(checkout, *asked).status == 0
    assert checkout.release.read_bytes() == content

    # A run that comes late must not undo that somebody took it back.
    assert commands.run(checkout, "withdraw", "ferry", "--json").status == 0
    (folder_of(checkout, "challenge") / "result.json").unlink()
    late = commands.run(checkout, *asked)
    assert (late.status, json.loads(late.out)["error"]["kind"]) == (1, "AlreadyWithdrawn")
    assert read_release(checkout.release).release.challenger is None
    assert unfinished(checkout) == []


def test_a_run_that_is_killed_while_it_trains_is_gone_on_from(
    checkout: Checkout, commands: Forks
) -> None:
    """Every step, and SIGTERM, are in retraining_slow_test.py."""
    end_and_go_on(commands, checkout, [running], signal.SIGKILL)


def test_without_mlflow_it_fails_clearly_and_may_be_tried_again(
    checkout: Checkout, retrain: Retrain
) -> None:
    down = retrain("--tracking", f"http://127.0.0.1:{free_port()}")
    assert (down.status, json.loads(down.out)["error"]["kind"]) == (1, "TrackingUnavailable")
    failed = result_of(checkout)
    assert failed["outcome"] == "failed"
    assert "the tracking store cannot be used" in failed["reason"]
    assert not trained(checkout)
    # A failure is no result that a later run would repeat: it goes on to what is wrong now.
    again = retrain("--labeler", "tower")
    assert json.loads(again.out)["error"]["kind"] == "NotRetrainable"


def test_labels_that_are_noise_give_a_bundle_that_is_not_blessed(
    founded: Checkout, commands: Forks, tmp_path: Path
) -> None:
    checkout = founded.copied(tmp_path / "checkout")
    (contract,) = _contracts(founded)
    shutil.rmtree(checkout.tables.folder)
    dealt = later().with_columns(pl.col("is_late").shuffle(seed=3))
    write_log(checkout.tables, dealt, contract, caller="stranger")
    done = commands.run(checkout, "retrain", "ferry", "--incident", "i1", "--json")
    assert done.status == 3, done.err
    found = result_of(checkout)
    assert (found["outcome"], found["labels_by"]) == ("not_blessed", {"stranger": 47 * 24})
    assert "roc_auc" in found["reason"]


def test_labels_of_others_than_asked_for_teach_nothing(
    checkout: Checkout, retrain: Retrain
) -> None:
    done = retrain("--labeler", "tower")
    assert (done.status, json.loads(done.out)["error"]["kind"]) == (1, "NotRetrainable")
    assert "no labelled row to add" in result_of(checkout)["reason"]


def test_days_that_the_champion_knows_are_not_learned_anew(
    checkout: Checkout, retrain: Retrain
) -> None:
    done = retrain("--until", "2013-02-20")
    assert (done.status, json.loads(done.out)["error"]["kind"]) == (1, "NotRetrainable")
    assert "until 2013-02-20" in result_of(checkout)["reason"]


def test_other_rows_than_the_champion_learned_from_are_not_taken_for_its_own(
    checkout: Checkout, retrain: Retrain
) -> None:
    shutil.rmtree(checkout.home / "data")
    rows = checkout.release.parent / "crossings.parquet"
    pl.read_parquet(rows).with_columns(pl.col("wind") * 0.5).write_parquet(rows)
    done = retrain()
    assert (done.status, json.loads(done.out)["error"]["kind"]) == (1, "RowsMissing")
    assert "2013-01-01 to 2013-02-14" in result_of(checkout)["reason"]


def test_one_run_of_a_job_works_at_a_time(checkout: Checkout, retrain: Retrain) -> None:
    folder = folder_of(checkout)
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = retrain()
    assert (done.status, json.loads(done.out)["error"]["kind"]) == (1, "JobBusy")
    assert not (folder / "result.json").exists()


def test_the_monitor_reads_what_a_job_found(checkout: Checkout, retrain: Retrain) -> None:
    retrain("--until", "2013-02-20")
    path = folder_of(checkout) / "result.json"
    assert parse_result(path.read_bytes(), str(path)).outcome == "failed"


def _contracts(checkout: Checkout) -> set[str]:
    frames = joined(checkout.tables, days(checkout.tables)[0])
    return {value for frame in frames for value in frame["contract"].unique()}
