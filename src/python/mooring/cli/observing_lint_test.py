from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.observability.files import write
from mooring.observability.rules.every import alerts


def lint(root: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(root), "obs", "lint", *options])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with all that is generated, and a runbook for each alert."""
    write(tmp_path)
    books = tmp_path / "docs/runbooks"
    books.mkdir(parents=True)
    for alert in alerts():
        (books / f"{alert.name}.md").write_text(f"# {alert.name}\n")
    return tmp_path


def test_what_is_in_order_ends_with_0(root: Path) -> None:
    done = lint(root)
    assert done.exit_code == 0
    assert done.stdout == "Nothing is wrong with dashboards, rules and runbooks.\n"


def test_what_is_not_names_the_panel_and_ends_with_1(root: Path) -> None:
    file = root / "deploy/grafana/dashboards/mooring-serving.json"
    file.write_text(file.read_text().replace("mooring_gateway_queued", "mooring_gateway_waiting"))
    done = lint(root)
    assert done.exit_code == 1
    assert 'target-metric-rule: dashboard "Mooring / Serving" (mooring-serving), panel "Lanes"' in (
        done.stdout
    )
    assert "no metric is called mooring_gateway_waiting" in done.stdout


def test_scripts_get_findings_as_json(root: Path) -> None:
    (root / "docs/runbooks/Watchdog.md").unlink()
    (found,) = json.loads(lint(root, "--json").stdout)["findings"]
    assert found["rule"] == "alert-runbook-rule"
    assert found["cure"] == "Write docs/runbooks/Watchdog.md."
