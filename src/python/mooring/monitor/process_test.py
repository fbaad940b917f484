"""The real process over a real log: it listens, ends as it is asked to, and is killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.process import ended, running
from mooring.monitor.testing.world import MODEL, World

ROWS = 100
TOTAL = f"mooring_monitor_rows_total{{model={MODEL}}}"
JOINED = f"mooring_labels_joined_total{{model={MODEL},outcome=joined}}"
COVERAGE = f"mooring_labels_coverage_ratio{{model={MODEL},version=3}}"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, Rides(rows=ROWS))
    world.route(world.promote())
    return world


def test_it_judges_what_was_logged_and_ends_when_it_is_asked_to(world: World) -> None:
    world.log(FIRST, 12)
    with running(world.environ) as monitor:
        shown = monitor.until(lambda shown: COVERAGE in shown)
        assert (shown[TOTAL], shown[JOINED], shown[COVERAGE]) == (12 * ROWS, 12 * ROWS, 1.0)
        assert monitor.get("/livez")[0] == 200
        assert monitor.get("/readyz") == (200, '{"status":"ready"}')
        # There is no file of tokens: nobody is let in, and who asks is told so.
        assert monitor.get("/v1/incidents")[0] == 503
        assert monitor.stop(signal.SIGTERM) == 0


def test_what_was_known_is_shown_after_a_start_before_anything_new_comes(world: World) -> None:
    world.log(FIRST, 12)
    with running(world.environ) as monitor:
        monitor.until(lambda shown: COVERAGE in shown)
        monitor.process.kill()
    with running(world.environ) as monitor:
        shown = monitor.until(lambda shown: COVERAGE in shown)
    assert (shown[TOTAL], shown[JOINED]) == (12 * ROWS, 12 * ROWS)


@pytest.mark.parametrize(
    ("environ", "code", "told"),
    [
        pytest.param(
            {"MOORING_MONITOR_PORT": "http"}, 78, "MOORING_MONITOR_PORT: it is not", id="a setting"
        ),
        pytest.param(
            {"MOORING_MONITOR_SETTINGS": "/nowhere.toml"}, 78, "/nowhere.toml: No such", id="a file"
        ),
    ],
)
def test_a_mistake_of_the_operator_is_one_line_without_a_traceback(
    world: World, environ: dict[str, str], code: int, told: str
) -> None:
    found, lines = ended(world.environ | environ)
    assert (found, len(lines)) == (code, 1)
    assert told in lines[0]


def test_a_damaged_state_is_named_with_its_cure_and_never_written_over(world: World) -> None:
    path = world.home / "monitor" / "state.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    code, lines = ended(world.environ)
    assert code == 74
    assert "state.db: it is damaged" in lines[0]
    assert path.read_bytes() == b"not a database" * 100
