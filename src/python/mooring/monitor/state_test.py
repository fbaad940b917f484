from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from mooring.monitor.errors import StateDamaged, StateInUse, StateTooNew, StateUnwritable
from mooring.monitor.state import Judged, Reign, State

MONDAY, TUESDAY = date(2013, 4, 1), date(2013, 4, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[State]:
    state = State.open(path)
    yield state
    state.close()


def judged(evidence: bytes, start: date = MONDAY, reign: int = 1) -> Judged:
    end = start + timedelta(days=7)
    return Judged("window", start, end, reign, b"{}", evidence)


def test_a_day_is_replaced_by_a_later_count_of_it(state: State) -> None:
    with state.step():
        state.put_summary("barge", 3, MONDAY, b"1")
        state.put_summary("barge", 3, MONDAY, b"2")
        state.put_summary("barge", 3, TUESDAY, b"3")
        state.put_summary("barge", 4, MONDAY, b"4")
        state.put_facts("barge", MONDAY, b"a")
        state.put_facts("barge", MONDAY, b"b")
    assert state.summaries("barge", 3, MONDAY, TUESDAY) == {MONDAY: b"2"}
    assert state.facts("barge") == {MONDAY: b"b"}


def test_a_window_is_judged_once(state: State) -> None:
    with state.step():
        assert state.put_judgement("barge", 3, judged(b"2"))
        assert not state.put_judgement("barge", 3, judged(b"9"))
        assert state.put_judgement("barge", 3, judged(b"4", TUESDAY))
    assert [j.evidence for j in state.judgements("barge", 3, "window")] == [b"2", b"4"]
    assert state.judgements("barge", 3, "cohort") == []


def test_the_last_judgement_is_that_of_the_reign(state: State) -> None:
    first, second = Reign(1, 3, "a", 0.0), Reign(2, 3, "a", 0.0)
    with state.step():
        state.put_judgement("barge", 3, judged(b"2"))
        state.put_judgement("barge", 3, judged(b"4", TUESDAY))
    assert state.last("barge", first, "window") == judged(b"4", TUESDAY)
    assert state.last("barge", second, "window") is None
    assert state.evidence("barge", first) == b"4"
    assert state.evidence("barge", second) is None


def test_a_step_that_fails_leaves_nothing(state: State) -> None:
    def fails() -> None:
        with state.step():
            state.put_judgement("barge", 3, judged(b"2"))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert state.judgements("barge", 3, "window") == []


def test_what_was_written_is_there_after_a_start(state: State, path: Path) -> None:
    with state.step():
        state.put_judgement("barge", 3, judged(b"2"))
    state.close()
    again = State.open(path)
    assert again.judgements("barge", 3, "window") == [judged(b"2")]
    again.close()
    State.open(path)  # the fixture closes what is closed


def test_each_champion_reigns_anew_even_one_that_returns(state: State) -> None:
    with state.step():
        numbers = [
            state.reign("barge", *who).number for who in ((1, "a"), (1, "a"), (2, "b"), (1, "a"))
        ]
    assert numbers == [1, 1, 2, 3]


def test_a_reign_is_judged_from_the_day_that_was_said_first(state: State) -> None:
    with state.step():
        state.advance("barge", "watermark", 5.0)
        reign = state.reign("barge", 1, "a")
        state.judge_from("barge", reign, MONDAY)
        state.judge_from("barge", reign, TUESDAY)
    again = state.reign("barge", 1, "a")
    assert (again.first, again.since) == (MONDAY, 5.0)


def test_moments_go_forwards_only(state: State) -> None:
    assert state.moment("barge", "watermark") is None
    with state.step():
        state.advance("barge", "watermark", 7.0)
        state.advance("barge", "watermark", 5.0)
    assert state.moment("barge", "watermark") == 7.0


def test_two_monitors_do_not_share_a_state(state: State, path: Path) -> None:
    with pytest.raises(StateInUse, match="another monitor"):
        State.open(path)


@pytest.mark.parametrize(
    "content",
    [pytest.param(b"no database, only some text " * 40, id="another file"),
     pytest.param(b"SQLite format 3\0" + bytes(5000), id="a header and zeros")],
)  # fmt: skip
def test_a_damaged_file_is_named_with_the_cure(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StateDamaged, match="Move state") as caught:
        State.open(path)
    assert caught.value.place == str(path)


def test_a_page_that_was_overwritten_is_found_at_the_start(path: Path) -> None:
    state = State.open(path)
    with state.step():
        for number in range(500):
            state.put_summary("barge", number, MONDAY, bytes(200))
    state.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(StateDamaged):
        State.open(path)


def test_a_newer_monitors_file_is_left_alone(path: Path) -> None:
    State.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StateTooNew, match="schema 99"):
        State.open(path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "monitor").write_text("a file")
    with pytest.raises(StateUnwritable, match="Make room on the disk"):
        State.open(tmp_path / "monitor" / "state.db")


def test_it_is_read_while_a_monitor_holds_it_and_shows_what_is_whole(
    path: Path, state: State
) -> None:
    with state.step():
        state.reign("barge", 3, "b" * 64)
        state.reign("barge", 4, "c" * 64)
        state.put_summary("barge", 3, MONDAY, b"1")
    with state.step():
        state.put_summary("barge", 3, MONDAY, b"2")
        beside = State.reading(path)
        assert beside.summaries("barge", 3, MONDAY, TUESDAY) == {MONDAY: b"1"}
        assert [(r.number, r.version) for r in beside.reigns("barge")] == [(1, 3), (2, 4)]
        with pytest.raises(StateUnwritable), beside.step():
            beside.put_summary("barge", 3, MONDAY, b"9")
        beside.close()
