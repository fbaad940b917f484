"""The rules as they are shipped: Prometheus takes them, and the operator gets the same ones."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.ids import panel_id, panel_named
from mooring.observability.programs import PROMTOOL
from mooring.observability.queries.recorded import RECORDED
from mooring.observability.rule import Alert, Group
from mooring.observability.rules.documents import UnknownPanel, rule_document
from mooring.observability.rules.every import alerts, groups, promised, recorded
from mooring.observability.rules.files import FOLDER, OPERATOR, files
from mooring.observability.rules.objectives import Links
from mooring.observability.testing.programs import path_or_skip

LINKS = Links("https://docs.example/runbooks", "https://grafana.example")
ALERT = Alert(
    name="ModelNotReady",
    expr="up == 0",
    wait="1m",
    keep="30m",
    severity="page",
    action="none",
    summary="{{ $labels.model }} is not ready",
    description="Nobody can ask it.",
    board="mooring-serving",
    panel="Models that can be asked",
)


def documents(folder: str) -> dict[str, Any]:
    """The generated documents of one folder by their paths."""
    return {path: yaml.safe_load(text) for path, text in files().items() if path.startswith(folder)}


def checked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [path_or_skip(PROMTOOL), "check", "rules", "--lint=all", "--lint-fatal", *arguments]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)


def test_promtool_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    names = []
    for path, text in files().items():
        if path.startswith(FOLDER):
            names.append(Path(path).name)
            (tmp_path / names[-1]).write_text(text)

    done = checked(tmp_path, *names)

    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_would_complain(tmp_path: Path) -> None:
    text = files()[f"{FOLDER}/bins.yaml"]
    (tmp_path / "bins.yaml").write_text(text.replace("increase(", "increse("))

    assert checked(tmp_path, "bins.yaml").returncode != 0


def test_the_operator_gets_the_same_groups() -> None:
    plain = [group for document in documents(FOLDER).values() for group in document["groups"]]
    objects = documents(OPERATOR).values()
    theirs = [o["spec"]["groups"] for o in objects if o["kind"] == "PrometheusRule"]

    assert [group for each in theirs for group in each] == plain


def test_each_job_is_scraped_under_the_name_that_rules_ask_for() -> None:
    jobs = []
    for document in documents(OPERATOR).values():
        for ends in ("endpoints", "podMetricsEndpoints"):
            jobs += [e["relabelings"][0]["replacement"] for e in document["spec"].get(ends, ())]

    assert jobs == ["mooring-gateway", "mooring-service", "mooring-monitor"]


def test_what_boards_take_for_recorded_is_recorded_with_these_labels() -> None:
    made = {rule.name: {*rule.carries, *rule.labels} for rule in recorded()}

    assert {series.name: set(series.label_names) for series in RECORDED}.items() <= made.items()


def test_no_group_and_no_alert_is_called_as_another() -> None:
    names = [alert.name for alert in alerts()]

    assert len({group.name for group in groups()}) == len(groups())
    assert len(set(names)) == len(names)


def test_only_the_monitors_of_score_and_labels_ask_for_a_retraining() -> None:
    by_action = {
        action: {alert.name for alert in alerts() if alert.action == action}
        for action in ("retrain", "block")
    }

    assert by_action == {
        "retrain": {"ScoreDriftDetected", "LabelDriftDetected"},
        "block": {"PredictionSchemaViolations", "DataBroken"},
    }


def test_an_alert_is_written_with_its_times_labels_and_links() -> None:
    board = next(board for board in BOARDS if board.uid == ALERT.board)
    panel = panel_id(board, panel_named(board, ALERT.panel))

    assert rule_document(ALERT, LINKS) == {
        "alert": "ModelNotReady",
        "expr": "up == 0",
        "for": "1m",
        "keep_firing_for": "30m",
        "labels": {"severity": "page", "action": "none"},
        "annotations": {
            "summary": "{{ $labels.model }} is not ready",
            "description": "Nobody can ask it.",
            "runbook_url": "https://docs.example/runbooks/ModelNotReady.md",
            "dashboard_url": "https://grafana.example/d/mooring-serving"
            f"?viewPanel={panel}{{{{ with $labels.model }}}}&var-model={{{{ . }}}}{{{{ end }}}}",
        },
    }


@pytest.mark.parametrize(
    ("board", "panel"),
    [
        pytest.param("mooring-serving", "Models that can be askt", id="a panel that was renamed"),
        pytest.param("mooring-sailing", "Models that can be asked", id="a board there is not"),
    ],
)
def test_an_alert_that_leads_nowhere_is_told_by_its_name(board: str, panel: str) -> None:
    lost = Alert(**(vars(ALERT) | {"board": board, "panel": panel}))

    with pytest.raises(UnknownPanel, match="alert ModelNotReady: there is no panel"):
        rule_document(lost, promised().links)


def test_rules_of_the_index_are_one_group_in_the_order_in_which_they_build_on_each_other() -> None:
    (bins,) = (group for group in groups() if group.name == "mooring-bins")

    assert _in_order(bins)


def _in_order(group: Group) -> bool:
    """Whether no rule asks for a series that only a later rule records."""
    names = [rule.name for rule in group.rules]
    return not any(
        later in rule.expr for n, rule in enumerate(group.rules) for later in names[n + 1 :]
    )
