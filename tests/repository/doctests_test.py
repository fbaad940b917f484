"""Every example in a docstring runs and gives what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.tracked import ROOT, texts

SOURCES = Path("src/python")


def examples() -> list[str]:
    """Modules of the product whose docstrings hold an example."""
    return [
        ".".join(path.relative_to(SOURCES).with_suffix("").parts)
        for path, text in texts("*.py")
        if path.is_relative_to(SOURCES) and not path.name.endswith("_test.py") and ">>> " in text
    ]


def test_there_are_examples() -> None:
    assert len(examples()) > 10
    assert (ROOT / SOURCES / "mooring").is_dir()


@pytest.mark.parametrize("name", examples())
def test_the_examples_of_a_module_hold(name: str) -> None:
    program = f"import doctest, {name} as m; done = doctest.testmod(m); print(done.attempted)"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; raise SystemExit(done.failed)"],
        env={**os.environ, "PYTHONPATH": str(ROOT / SOURCES)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 0
