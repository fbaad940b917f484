from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.delivery.plan.testing.checkouts import Checkout, give_pants, new_checkout

PEEK = (
    {"address": "a.py:a", "target_type": "python_source", "dependencies": [], "sources": ["a.py"]},
    {"address": "app:image", "target_type": "archive", "dependencies": ["a.py:a"]},
)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = new_checkout(tmp_path / "checkout")
    give_pants(made, PEEK, ["a.py:a", "app:image"])
    made.write("a.py", "A = 2\n")
    return made


def plan(checkout: Checkout, *options: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(checkout.root), "ci", "plan", *options])


def test_scripts_get_the_document(checkout: Checkout) -> None:
    done = plan(checkout, "--since", "main", "--json")
    assert json.loads(done.stdout)["images"][0]["path"] == ["a.py", "a.py:a", "app:image"]


def test_people_get_the_way(checkout: Checkout) -> None:
    assert "a.py was modified → a.py:a → app:image" in plan(checkout, "--since", "main").stdout


def test_github_gets_its_outputs(checkout: Checkout, tmp_path: Path) -> None:
    output = tmp_path / "output"
    plan(checkout, "--since", "main", "--github-output", str(output), "--shards", "2")
    assert 'images=[{"name": "app", "target": "app:image"}]\n' in output.read_text()


def test_what_cannot_be_planned_is_told_in_one_message(checkout: Checkout) -> None:
    done = plan(checkout, "--since", "nowhere")
    assert done.exit_code == 1
    assert "mooring: nowhere: git knows no such commit." in done.stderr
