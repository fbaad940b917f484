"""The index in PromQL, against numbers that were worked out by hand."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from mooring.observability.documents import yaml_text
from mooring.observability.queries.recorded import BIN_ROWS, PSI, ROWS
from mooring.observability.rules.alerts.cases.case import Given, of
from mooring.observability.rules.bins import LEAST_ROWS, bin_groups
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.every import promised
from mooring.observability.testing.promtool import trials
from mooring.telemetry.bins import FEATURE_BIN, REFERENCE_BIN_ROWS, REFERENCE_TESTABLE

LABELS = {"model": "barge", "version": "3", "feature": "cargo"}
LOW, HIGH = "00 ≤ 3.5", "01 > 3.5"
HERE, THERE = ({"instance": f"10.0.0.{n}:3000"} for n in (1, 2))

# Of 1,000 rows 250 and 750, where the reference has 500 of each: (¼ − ½) ln ½ + (¾ − ½) ln 1½.
UNSMOOTHED = 0.27465307216702745
# Half a row more in each bin, hence one in each total.
SMOOTHED = (250.5 / 1001 - 0.5) * log(250.5 / 500.5) + (750.5 / 1001 - 0.5) * log(750.5 / 500.5)


def counted(low: str, high: str, testable: str = "1x80", **instance: str) -> Given:
    """Rows by bin, and a reference of which half is low."""
    return {
        of(FEATURE_BIN, bin=LOW, **LABELS, **instance): low,
        of(FEATURE_BIN, bin=HIGH, **LABELS, **instance): high,
        of(REFERENCE_BIN_ROWS, bin=LOW, **LABELS, **instance): "500x80",
        of(REFERENCE_BIN_ROWS, bin=HIGH, **LABELS, **instance): "500x80",
        of(REFERENCE_TESTABLE, **LABELS, **instance): testable,
    }


# An hour of a sample each minute: what grows by 1,000 within it.
QUARTER, REST = f"0+{250 / 60!r}x80", f"0+{750 / 60!r}x80"
HALF, OTHER_HALF = f"0+{125 / 60!r}x80", f"0+{375 / 60!r}x80"

TRIALS: dict[str, tuple[Given, float | None]] = {
    "a quarter where the reference has half": (counted(QUARTER, REST), SMOOTHED),
    "the same over two replicas, whose references are one": (
        {**counted(HALF, OTHER_HALF, **HERE), **counted(HALF, OTHER_HALF, **THERE)},
        SMOOTHED,
    ),
    "no change": (counted(f"0+{500 / 60!r}x80", f"0+{500 / 60!r}x80"), 0.0),
    "a bin that nobody falls into": (
        counted("0x80", f"0+{1000 / 60!r}x80"),
        (0.5 / 1001 - 0.5) * log(0.5 / 500.5) + (1000.5 / 1001 - 0.5) * log(1000.5 / 500.5),
    ),
    "a feature that cannot be tested": (counted(QUARTER, REST, testable="0x80"), None),
    "too few rows": (counted("0x80", f"0+{(LEAST_ROWS - 10) / 60!r}x80"), None),
}


def test_the_smoothed_index_is_near_the_one_without() -> None:
    assert pytest.approx(SMOOTHED, abs=1e-3) == UNSMOOTHED
    assert pytest.approx(0.274046, abs=1e-6) == SMOOTHED


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bins")
    document = {"groups": [group_document(group, promised().links) for group in bin_groups()]}
    (folder / "bins.yaml").write_text(yaml_text(document))
    documents = {
        f"{n}": _test(given, _expected(index)) for n, (given, index) in enumerate(TRIALS.values())
    }
    return trials(folder, documents | {"restart": _restart()})


@pytest.mark.parametrize("n", range(len(TRIALS)), ids=list(TRIALS))
def test_the_index_is_what_it_is_by_hand(n: int, said: dict[str, str]) -> None:
    assert said[f"{n}"] == ""


def test_rows_and_bins_survive_a_restart_of_the_service(said: dict[str, str]) -> None:
    assert said["restart"] == ""


def _expected(index: float | None) -> list[dict[str, Any]]:
    """The index is as near as floats are, or there is none."""
    near = f"abs({PSI['1h'].name} - {index or 0.0!r}) < bool 1e-9"
    value = [] if index is None else [{"labels": _labels(""), "value": 1}]
    return [{"expr": near, "eval_time": "60m", "exp_samples": value}]


def _restart() -> dict[str, Any]:
    """Ten a minute, and from the 30th minute on a process that counts from 0 again."""
    given = counted("0+10x29 0+10x50", "0+10x80")
    rows = {"labels": _labels(""), "value": 1190.0}
    low = {"labels": _labels(f',bin="{LOW}"'), "value": 590.0}
    asked = [
        {"expr": f"round({ROWS['1h'].name})", "eval_time": "60m", "exp_samples": [rows]},
        {
            "expr": f'round({BIN_ROWS["1h"].name}{{bin="{LOW}"}})',
            "eval_time": "60m",
            "exp_samples": [low],
        },
    ]
    return _test(given, asked)


def _labels(more: str) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in LABELS.items()) + more + "}"


def _test(given: Given, asked: list[dict[str, Any]]) -> dict[str, Any]:
    series = [{"series": name, "values": values} for name, values in given.items()]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    return {"rule_files": ["bins.yaml"], "evaluation_interval": "1m", "tests": [test]}
