from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.errors import BadRouting
from mooring.gateway.testing.gateway import write_routing
from mooring.gateway.traffic.copy import LastGood
from mooring.gateway.traffic.patience import in_background
from mooring.gateway.traffic.source import Source, start

LONG_AGO = 1_000_000_000_000_000_000
TARGET = {"urls": ["http://127.0.0.1:3000"], "version": 1, "bundle": "a" * 64}


def document(version: int) -> dict[str, Any]:
    return {"format": 1, "version": version, "models": {"flight_delay": {"champion": TARGET}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "routing.json"
    write_routing(path, document(1))
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def source(path: Path) -> Source:
    source = Source(path, now_ns=lambda: LONG_AGO + 60_000_000_000)
    found = source.look()
    assert found is not None
    assert found.routing.version == 1
    return source


def test_a_file_that_has_not_changed_is_not_read_again(source: Source) -> None:
    assert source.look() is None


def test_it_is_read_again_for_who_asks(source: Source) -> None:
    assert source.look(again=True) is not None


@pytest.mark.parametrize("how", ["by renaming", "in place"])
def test_a_file_that_has_changed_is_read(source: Source, path: Path, how: str) -> None:
    if how == "in place":
        path.write_text(json.dumps(document(2)))
    else:
        write_routing(path, document(2))
    found = source.look()
    assert found is not None
    assert found.routing.version == 2


def test_a_change_within_one_tick_of_the_file_system_s_clock_is_not_missed(path: Path) -> None:
    source = Source(path, now_ns=lambda: LONG_AGO + 1_000_000)
    assert source.look() is not None
    path.write_text(json.dumps(document(2)))
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    found = source.look()
    assert found is not None
    assert found.routing.version == 2


def test_a_file_that_goes_away_is_a_problem_once(source: Source, path: Path) -> None:
    path.unlink()
    with pytest.raises(BadRouting, match="No such file"):
        source.look()
    assert source.look() is None


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.unlink(), id="is gone"),
        pytest.param(lambda path: path.write_text("{"), id="is broken"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="is a folder"),
        pytest.param(
            lambda path: (path.unlink(), path.symlink_to(path.parent / "gone" / "x")),
            id="lies on a share that is gone",
        ),
    ],
)
def test_a_start_takes_the_copy_when_the_document(tmp_path: Path, path: Path, spoil: Any) -> None:
    copy = LastGood(tmp_path / "gateway" / "routing.json")
    copy.keep(path.read_bytes())
    spoil(path)
    begin = start(path, copy)
    assert begin.routing.version == 1
    assert begin.problem is not None


def test_a_sound_document_is_started_with_whatever_its_copy_says(
    tmp_path: Path, path: Path
) -> None:
    copy = LastGood(tmp_path / "copy.json")
    copy.keep(json.dumps(document(900)).encode())
    begin = start(path, copy)
    assert (begin.routing.version, begin.problem) == (1, None)


def test_a_broken_copy_is_no_excuse_for_a_broken_document(tmp_path: Path, path: Path) -> None:
    (tmp_path / "copy.json").write_text("{")
    path.write_text("[]")
    with pytest.raises(BadRouting) as raised:
        start(path, LastGood(tmp_path / "copy.json"))
    assert str(path) in raised.value.place


def test_keeping_leaves_one_whole_file_and_no_litter(tmp_path: Path) -> None:
    copy = LastGood(tmp_path / "gateway" / "routing.json")
    copy.keep(b"one")
    copy.keep(b"two")
    assert {each.name: each.read_bytes() for each in copy.path.parent.iterdir()} == {
        "routing.json": b"two"
    }


def test_keeping_the_same_again_writes_nothing(tmp_path: Path) -> None:
    copy = LastGood(tmp_path / "routing.json")
    copy.keep(b"one")
    before = copy.path.stat().st_ino
    copy.keep(b"one")
    assert copy.path.stat().st_ino == before


def test_work_that_hangs_holds_up_nobody() -> None:
    release = threading.Event()
    work = in_background(release.wait)
    with pytest.raises(TimeoutError):
        work.result(0.01)
    release.set()
    assert work.result(10)


def test_what_goes_wrong_in_the_background_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 / 0).result(10)
