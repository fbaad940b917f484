"""A trial that fails is told as one, beside others that pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mooring.observability.testing.promtool import trials

RULES = """
groups:
- name: tried
  rules:
  - record: level:twice:sum
    expr: 2 * up
"""


def _test(value: float) -> dict[str, Any]:
    expected = [{"labels": "level:twice:sum", "value": value}]
    asked = [{"expr": "level:twice:sum", "eval_time": "1m", "exp_samples": expected}]
    given = [{"series": "up", "values": "3x5"}]
    test = {"interval": "1m", "input_series": given, "promql_expr_test": asked}
    return {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}


def test_each_document_gets_its_own_verdict(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)

    said = trials(tmp_path, {"wrong": _test(7), "right": _test(6), "wrong too": _test(8)})

    assert said["right"] == ""
    assert said["wrong"].startswith("failed: FAILED:")
    assert '{__name__="level:twice:sum"} 7' in said["wrong"]
    assert "8" in said["wrong too"]
