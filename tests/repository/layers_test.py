"""The `layer()` macro refuses, in a real Pants: a fixture repository with one forbidden import.

The queries share one daemon. Should the test be killed, it ends by itself: the fixture lies in the
sandbox, Pants removes that, and a daemon without its files stops.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from tests.repository.tracked import ROOT

PANTS = os.environ.get("MOORING_PANTS_BIN", "")

pytestmark = pytest.mark.skipif(
    not PANTS,
    reason="MOORING_PANTS_BIN is not set: ./pants sets it, the official launcher does not",
)

FILES = {
    "pants.toml": """
        [GLOBAL]
        pants_version = "2.17.1"
        backend_packages = ["pants.backend.python", "pants.backend.experimental.visibility"]
        build_file_prelude_globs = ["build-support/macros.py"]
        pantsd_max_memory_usage = "1GiB"
        ignore_warnings = ["$regex$.*external Python interpreter.*"]

        [source]
        root_patterns = ["/"]

        [python]
        interpreter_constraints = ["CPython==3.11.*"]

        [python-infer]
        use_rust_parser = true
        """,
    "low/BUILD": "python_sources()\nlayer()\n",
    "low/bins.py": "",
    "low/whole.py": "import low.bins\n",
    "low/upwards.py": "import high.service\n",
    "high/BUILD": "python_sources()\npython_tests(name='tests')\nlayer(may_import=['low'])\n",
    "high/service.py": "import low.bins\n",
    "high/service_test.py": "import narrow.one\n",
    "high/deep/BUILD": "python_sources()\n",
    "high/deep/sideways.py": "import narrow.one\n",
    "high/deep/downwards.py": "import low.whole\nimport high.service\n",
    "narrow/BUILD": "python_sources()\nlayer(may_import=['low/bins.py'])\n",
    "narrow/one.py": "import low.bins\n",
    "narrow/two.py": "import low.whole\n",
    "lower/BUILD": "python_sources()\n",
    "lower/alike.py": "",
    "high/lookalike.py": "import lower.alike\n",
}


@dataclass(frozen=True)
class Fixture:
    root: Path

    def dependencies(self, path: str) -> tuple[int, str]:
        """Ask Pants what `path` imports; its exit code and all it said."""
        done = subprocess.run(
            [PANTS, "--no-dynamic-ui", "dependencies", path],
            cwd=self.root,
            env={
                "XDG_CACHE_HOME": str(self.root / ".cache"),
                "PATH": os.defpath,
                "HOME": "/nowhere",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
        )
        return done.returncode, done.stdout

    def stop(self) -> None:
        """End the daemon that the queries share."""
        for pid in self.root.glob(".pids/*/pantsd/pid"):
            os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixture]:
    root = tmp_path_factory.mktemp("layers")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(content))
    (root / "build-support").mkdir()
    shutil.copy(ROOT / "build-support/macros.py", root / "build-support")
    fixture = Fixture(root)
    yield fixture
    fixture.stop()


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        pytest.param("low/whole.py", "low/bins.py", id="a layer imports itself"),
        pytest.param("high/service.py", "low/bins.py", id="a layer imports what it names"),
        pytest.param("high/deep/downwards.py", "low/whole.py", id="folders below inherit the rule"),
        pytest.param("narrow/one.py", "low/bins.py", id="one file may be named"),
        pytest.param("high/service_test.py", "narrow/one.py", id="a test imports anything"),
    ],
)
def test_an_import_downwards_is_allowed(repository: Fixture, path: str, imported: str) -> None:
    code, said = repository.dependencies(path)
    assert (code, imported in said) == (0, True), said


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("low/upwards.py", "high/service.py", id="upwards"),
        pytest.param("high/deep/sideways.py", "narrow/one.py", id="sideways, from a folder below"),
        pytest.param("narrow/two.py", "low/whole.py", id="a file beside the one that is named"),
        pytest.param("high/lookalike.py", "lower/alike.py", id="a package whose name begins alike"),
    ],
)
def test_any_other_import_is_refused(repository: Fixture, path: str, target: str) -> None:
    code, said = repository.dependencies(path)
    assert code != 0
    assert "DependencyRuleActionDeniedError" in said
    assert f"{path} -> python_sources {target}" in said
