"""The rules that are shipped, over what a monitor shows: they fire, and clear with a promotion."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.monitor import Monitor, shown
from mooring.monitor.testing.world import World
from mooring.observability.rules.files import FOLDER, files
from mooring.observability.testing.promtool import trials

# Minutes: with the alarm until a promotion, and what an alert is kept for besides.
PROMOTED, CLEARED, END = 10, 45, 60
RULES = ("data.yaml", "quality.yaml")


def off(rows: pl.DataFrame) -> pl.DataFrame:
    """Answers are higher than they were, and what comes true is not."""
    return rows.with_columns(prediction=pl.col("prediction") * 0.3 + 0.7)


def in_metres(rows: pl.DataFrame) -> pl.DataFrame:
    """A unit has changed."""
    return rows.with_columns(distance=pl.col("distance") * 1_000)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("rules")
    for path, text in files().items():
        if path.startswith(FOLDER) and Path(path).name in RULES:
            (folder / Path(path).name).write_text(text)
    world = World(tmp_path_factory.mktemp("world"), Rides(rows=100))
    world.promote()
    with Monitor(world) as monitor:
        world.log(FIRST, 1)
        healthy = shown(monitor.look())
        world.rides = world.rides.that(off)
        world.log(FIRST + timedelta(days=1), 11)
        alarmed = shown(monitor.look())
        world.promote(4, seed=1)
        promoted = shown(monitor.look())
        world.rides = Rides(rows=100).that(in_metres)
        world.log(FIRST + timedelta(days=12), 2)
        broken = shown(monitor.look())
    return trials(
        folder,
        {
            "quiet": _test(healthy, healthy, {5: {}, 50: {}}),
            "retrain": _test(alarmed, promoted, {5: _RETRAIN, CLEARED: {}}),
            "broken": _test(broken, promoted, {5: {"DataBroken": 1}, CLEARED: {}}),
        },
    )


_RETRAIN = {"ScoreDriftDetected": 1, "LabelDriftDetected": 1}
_ASKED = ("ScoreDriftDetected", "LabelDriftDetected", "FeatureDriftDetected", "DataBroken")


def test_without_drift_nobody_is_told(said: dict[str, str]) -> None:
    assert said["quiet"] == ""


def test_score_and_labels_ask_for_a_retrain_until_another_champion_reigns(
    said: dict[str, str],
) -> None:
    assert said["retrain"] == ""


def test_broken_data_hold_it_back_until_they_are_mended(said: dict[str, str]) -> None:
    assert said["broken"] == ""


def _test(
    before: dict[str, float], after: dict[str, float], firing: dict[int, dict[str, int]]
) -> dict[str, Any]:
    """Alerts that fire at minutes, while a monitor shows the one and then the other."""
    series = [
        {"series": _quoted(name), "values": f"{_part(before, name, PROMOTED)} {_rest(after, name)}"}
        for name in sorted({*before, *after})
    ]
    asked = [
        {
            "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": told.get(alert, 0)}],
        }
        for minute, told in firing.items()
        for alert in _ASKED
    ]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    return {"rule_files": list(RULES), "evaluation_interval": "1m", "tests": [test]}


def _part(shown: dict[str, float], name: str, minutes: int) -> str:
    return f"{shown[name]!r}x{minutes}" if name in shown else f"_x{minutes + 1}"


def _rest(shown: dict[str, float], name: str) -> str:
    return _part(shown, name, END - PROMOTED) if name in shown else "stale"


def _quoted(name: str) -> str:
    """As promtool has it: values of labels in quotes."""
    family, _, labels = name.partition("{")
    pairs = (pair.split("=", 1) for pair in labels.rstrip("}").split(",") if pair)
    told = ",".join(f'{label}="{value}"' for label, value in pairs)
    return f"{family}{{{told}}}"
