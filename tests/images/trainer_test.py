"""The image of jobs: it trains and judges, has all it needs for that, and starts as a job does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.content import JOBS, PLATFORMS, files, manifest, unpack

CODE, LIBRARIES = "opt/mooring/code", "opt/mooring/libraries"
# What answers requests, watches or draws lies in images of its own, or in none.
NOT_ITS_OWN = {"gateway", "observability", "delivery"}
EVERY = [(name, platform) for name in JOBS for platform in PLATFORMS]


def below(name: str, platform: str, folder: str) -> set[str]:
    """The first names below a folder of the image."""
    paths = [path for path in files(name, platform) if path.startswith(f"{folder}/")]
    return {path.removeprefix(f"{folder}/").split("/")[0] for path in paths}


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_it_holds_what_trains_and_what_judges(name: str, platform: str) -> None:
    assert {"mlflow", "skl2onnx", "sklearn", "bentoml"} <= below(name, platform, LIBRARIES)
    ours = below(name, platform, f"{CODE}/mooring")
    assert {"training", "blessing", "serving", "data", "cli"} <= ours
    assert ours & NOT_ITS_OWN == set()
    assert {"flight_delay", "flight_time"} <= below(name, platform, f"{CODE}/models")


@pytest.mark.parametrize("name", JOBS)
def test_all_that_its_code_imports_is_shipped(name: str, tmp_path: Path) -> None:
    unpack(name, "linux/amd64", tmp_path)
    code = tmp_path / CODE
    modules = [
        ".".join(path.relative_to(code).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(code.rglob("*.py"))
        if path.name != "__main__.py"
    ]
    # A service is imported with a champion at hand, by who starts it.
    modules = [each for each in modules if not each.endswith(".service")]
    script = f"import sys; sys.path[:0] = {[str(code), str(tmp_path / LIBRARIES)]!r}\n"
    script += "\n".join(f"import {module}" for module in modules)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script],
        env={"HOME": str(tmp_path), "BENTOML_HOME": str(tmp_path), "PATH": os.defpath},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_it_starts_as_a_job_does_and_without_rights(name: str, platform: str) -> None:
    settings = manifest(name, platform).config["config"]
    assert settings["User"] == "65532:65532"
    assert settings["Entrypoint"] == ["python3.11", "-m", "mooring.trainer"]
