"""Erasing predictions and what was said of them."""

from __future__ import annotations

from pathlib import Path

from mooring.predictionlog.context import Context
from mooring.predictionlog.entries import LabelEntry
from mooring.predictionlog.erasure import erase
from mooring.predictionlog.feed import Feed
from mooring.predictionlog.layout import segments
from mooring.predictionlog.reader import labels
from mooring.predictionlog.records import Labels
from mooring.predictionlog.scan import examine
from mooring.predictionlog.testing.records import MODEL, entry, ids_of, logged
from mooring.predictionlog.testing.writers import Starter, until


def said(*names: str) -> LabelEntry:
    many = len(names)
    context = Context("feedback", MODEL)
    return LabelEntry(
        Labels(context, names, (1.0,) * many, (1,) * many, 1, "", "anyone", (False,) * many)
    )


def filled(home: Path, requests: int, rows: int) -> list[str]:
    """A log of so many requests, each with a label for its first row."""
    feed = Feed(Starter(home))
    feed.open()
    entries = [entry(number, rows) for number in range(requests)]
    for each in entries:
        feed.accept(each)
        feed.accept(said(each.ids[0]))
    feed.close(20)
    return ids_of(entries)


def test_what_is_erased_is_in_no_file_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    names = filled(tmp_path, requests=6, rows=3)
    gone = [names[0], names[4], *names[6:9]]
    done = erase(tmp_path, MODEL, gone)
    assert (done.predictions, done.labels) == (5, 2)
    assert logged(tmp_path) == [name for name in names if name not in gone]
    kept = [name for batch in labels(tmp_path, MODEL) for name in batch.ids]
    assert kept == [name for name in names[::3] if name not in gone]
    for path in tmp_path.rglob("*.segment"):
        assert not any(name.encode() in path.read_bytes() for name in gone)
        assert not examine(path).problem


def test_ids_that_nobody_made_change_no_file(tmp_path: Path) -> None:
    filled(tmp_path, requests=2, rows=1)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.segment")}
    done = erase(tmp_path, MODEL, ["nobody-0"])
    assert (done.predictions, done.labels, done.rewritten) == (0, 0, ())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.segment")} == before


def test_what_a_gateway_has_open_is_told(tmp_path: Path) -> None:
    starter = Starter(tmp_path)
    feed = Feed(starter)
    feed.open()
    feed.accept(entry(1))
    until(lambda: feed.state().counts and next(iter(feed.state().counts.values())).written)
    done = erase(tmp_path, MODEL, entry(1).ids)
    assert (done.predictions, len(done.open)) == (0, 1)
    feed.close(20)
    assert erase(tmp_path, MODEL, entry(1).ids).predictions == 1


def test_a_damaged_segment_is_told_and_left_for_a_person(tmp_path: Path) -> None:
    names = filled(tmp_path, requests=2, rows=1)
    (path,) = segments(next((tmp_path / "predictions" / MODEL).iterdir()))
    harmed = path.read_bytes()[:-1]
    path.write_bytes(harmed)
    done = erase(tmp_path, MODEL, names)
    assert done.damaged == (path,)
    assert path.read_bytes() == harmed
