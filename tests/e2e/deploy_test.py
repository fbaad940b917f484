"""`mooring deploy verify` against the real service and the real gateway, on the real champion."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.walk import Scratch, scratch

MODEL = "flight_delay"


@pytest.fixture
def checkout(tmp_path: Path) -> Scratch:
    """A checkout with the models of this one and what they have released."""
    made = scratch(tmp_path)
    ignored = shutil.ignore_patterns("*_test.py", "conftest.py", "__pycache__")
    shutil.copytree("models", made.root / "models", ignore=ignored, dirs_exist_ok=True)
    return made


def test_the_champion_is_verified_through_the_gateway_and_no_other_bundle_is(
    checkout: Scratch,
) -> None:
    release = checkout.root / "models" / MODEL / "release.json"
    document = json.loads(release.read_text())
    with checkout.serving(MODEL) as url:
        done = checkout.run("deploy", "verify", "--url", url, "--model", MODEL)
        # As if an older image had been rolled out than the commit was built for.
        document["champion"] = document["former"][0] | {"version": 9}
        document["former"], document["last_version"] = [], 9
        release.write_text(json.dumps(document))
        refused = _verify(checkout, url)

    verified = done["verified"][MODEL]
    assert verified["samples"] == 10
    assert verified["largest_difference"] <= 1e-5
    assert refused.returncode == 1
    assert "not with bundle " + document["champion"]["bundle"][:16] in refused.stderr


def _verify(checkout: Scratch, url: str) -> subprocess.CompletedProcess[str]:
    command = checkout.command(
        "deploy", "verify", "--url", url, "--model", MODEL, "--timeout", "0.5"
    )
    return subprocess.run(
        command, env=checkout.environ, cwd=checkout.root,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
