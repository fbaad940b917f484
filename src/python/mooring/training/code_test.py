"""Which code names a bundle: all that training can reach, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.data import digest as digest_of_rows
from mooring.training import code
from mooring.training.code import code_digest

# A model of its own `models` package, so that no module of this process is in the way.
SOURCES = {
    "models/__init__.py": "",
    "models/tide/__init__.py": "",
    "models/tide/pipeline.py": "import json\nfrom models.tide import plan\nfrom . import near\n",
    "models/tide/plan.py": "def late():\n    from models.tide.deep import DEPTH\n",
    "models/tide/deep.py": "DEPTH = 3\n",
    "models/tide/near.py": "from .shore import SAND\n",
    "models/tide/shore.py": "SAND = 1\n",
    "models/tide/gate.py": "FLOOR = 0.7\n",
    "models/wind/__init__.py": "",
    "models/wind/pipeline.py": "",
}

PROGRAM = """
from mooring.training.code import code_digest
print(code_digest(["models.tide.pipeline"]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def digest(root: Path) -> str:
    """The digest of `models.tide.pipeline` below `root`, in a process that finds it first."""
    path = os.pathsep.join([str(root), *(os.path.abspath(p) for p in sys.path if p)])
    environ = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=environ, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("models/tide/pipeline.py", True, id="the pipeline itself"),
        pytest.param("models/tide/plan.py", True, id="what it imports from a package"),
        pytest.param("models/tide/deep.py", True, id="what a function of that imports"),
        pytest.param("models/tide/near.py", True, id="what it imports relatively"),
        pytest.param("models/tide/shore.py", True, id="what that imports relatively"),
        pytest.param("models/tide/gate.py", False, id="a module that nothing imports"),
        pytest.param("models/wind/pipeline.py", False, id="another model"),
    ],
)
def test_an_edit_changes_the_digest_where_training_can_reach_it(
    root: Path, name: str, changes: bool
) -> None:
    before = digest(root)
    with (root / name).open("a") as source:
        source.write("# edited\n")
    assert (digest(root) != before) == changes


def test_the_digest_does_not_depend_on_the_place(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("moved") / "checkout"
    before = digest(root)
    root.rename(other)
    assert digest(other) == before


def test_the_order_of_roots_does_not_matter() -> None:
    roots = [code.__name__, digest_of_rows.__name__]
    assert code_digest(roots) == code_digest(roots[::-1]) != code_digest(roots[1:])


def test_a_root_that_does_not_exist_adds_nothing() -> None:
    roots = [code.__name__]
    assert code_digest([*roots, "models.nowhere.pipeline"]) == code_digest(roots) != code_digest([])
