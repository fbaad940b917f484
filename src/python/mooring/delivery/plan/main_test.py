"""The command as continuous integration starts it, with a script in the place of Pants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mooring.delivery.plan.__main__ as plan
from mooring.delivery.plan.testing.checkouts import Checkout, give_pants, new_checkout

PEEK = (
    {
        "address": "a.py:a",
        "target_type": "python_source",
        "dependencies": [],
        "sources": ["a.py"],
    },
    {"address": "app:image", "target_type": "archive", "dependencies": ["a.py:a"]},
    {
        "address": "a_test.py:tests",
        "target_type": "python_test",
        "dependencies": ["a.py:a"],
        "sources": ["a_test.py"],
    },
)
PACKAGES = (
    {"address": "app:image", "target_type": "oci_archive", "dependencies": []},
    {"address": "m:bento", "target_type": "archive", "dependencies": []},
    {"address": "m:image", "target_type": "files", "dependencies": []},
)
SELECTION = ("a.py:a", "app:image", "a_test.py:tests")
CODE = Path(plan.__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = new_checkout(tmp_path / "checkout")
    give_pants(made, PEEK, SELECTION, ["a_test.py:tests", "b_test.py:tests"], PACKAGES)
    return made


def run(checkout: Checkout, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without site-packages: the standard library has to do."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "mooring.delivery.plan", *arguments],
        cwd=checkout.root,
        env={"PYTHONPATH": str(CODE), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_standard_library_is_enough(checkout: Checkout) -> None:
    checkout.write("a.py", "A = 2\n")
    done = run(checkout, "--since", "HEAD", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [test["target"] for test in found["tests"]] == ["a_test.py:tests"]
    assert found["images"][0]["path"] == ["a.py", "a.py:a", "app:image"]


def test_people_get_text(checkout: Checkout) -> None:
    checkout.write("a.py", "A = 2\n")
    done = run(checkout, "--since", "HEAD")
    assert "a.py was modified → a.py:a → a_test.py:tests" in done.stdout


def test_without_a_change_pants_is_not_asked(checkout: Checkout) -> None:
    done = run(checkout, "--since", "HEAD", "--json")
    assert json.loads(done.stdout)["check"] is False
    assert checkout.asked() == []


def test_a_global_file_needs_no_graph_and_selects_all(checkout: Checkout) -> None:
    checkout.write("pants.toml", "[test]\n")
    found = json.loads(run(checkout, "--since", "HEAD", "--json").stdout)
    assert found["everything"]["path"] == "pants.toml"
    assert [test["target"] for test in found["tests"]] == ["a_test.py:tests", "b_test.py:tests"]
    assert [image["target"] for image in found["images"]] == ["app:image"]
    assert [bento["name"] for bento in found["bentos"]] == ["m"]
    assert not any("peek ::" in asked and "filter" not in asked for asked in checkout.asked())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param((), False, id="left out, as pants.toml has it"),
        pytest.param(("--slow",), True, id="let in, and no other tag is touched"),
    ],
)
def test_slow_tests_are(checkout: Checkout, arguments: tuple[str, ...], expected: bool) -> None:
    checkout.commit(pants_toml='[GLOBAL]\ntag = ["-slow", "-container"]\n')
    checkout.write("a.py", "A = 2\n")
    run(checkout, "--since", "HEAD", *arguments)
    assert checkout.asked()
    assert {"--tag=['-container']" in asked for asked in checkout.asked()} == {expected}


def test_pants_is_asked_about_the_merge_base_with_renames_shown(checkout: Checkout) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.commit(a_py="A = 2\n")
    run(checkout, "--since", "main~1")
    assert any(
        f"--changed-since={base} --changed-dependents=transitive" in a for a in checkout.asked()
    )
    told = (checkout.root / "asked.env").read_text().splitlines()
    assert "GIT_CONFIG_KEY_0=diff.renames" in told
    assert "GIT_CONFIG_VALUE_0=false" in told
    assert not [line for line in told if line.startswith("PYTHON")], "Pants runs another Python"


def test_outputs_are_appended_for_github(checkout: Checkout, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("before=1\n")
    checkout.write("a.py", "A = 2\n")
    run(checkout, "--since", "HEAD", "--github-output", str(output), "--shards", "4")
    first, *lines = output.read_text().splitlines()
    assert first == "before=1"
    assert 'images=[{"name": "app", "target": "app:image"}]' in lines
    assert 'test_shards=[{"name": "1 of 1", "targets": ["a_test.py:tests"]}]' in lines


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["--since", "nowhere"], 1, "plan: nowhere: git knows no such", id="no commit"),
        pytest.param([], 2, "--since", id="no revision"),
        pytest.param(["--since", "HEAD", "--shards", "0"], 2, "at least 1", id="no shard"),
        pytest.param(["--since", "HEAD", "--shards", "x"], 2, "at least 1", id="no number"),
    ],
)
def test_a_wrong_use_is_told(
    checkout: Checkout, arguments: list[str], status: int, said: str
) -> None:
    done = run(checkout, *arguments)
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(
            "#!/bin/sh\necho no such target >&2; exit 3\n", "no such target", id="its words"
        ),
        pytest.param("#!/bin/sh\nexit 3\n", "ended with status 3", id="its status"),
        pytest.param("#!/no/such/shell\n", "cannot be started", id="that it cannot be started"),
        pytest.param("#!/bin/sh\necho '['\n", "is no JSON", id="that its answer makes no sense"),
    ],
)
def test_of_a_pants_that_fails_one_sees(checkout: Checkout, script: str, said: str) -> None:
    give_pants(checkout, script=script)
    checkout.write("a.py", "A = 2\n")
    done = run(checkout, "--since", "HEAD")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pants_toml_that_is_none_is_told(checkout: Checkout) -> None:
    checkout.commit(pants_toml="[python\n")
    checkout.write("a.py", "A = 2\n")
    done = run(checkout, "--since", "HEAD")
    assert (done.returncode, "pants.toml: it is not TOML" in done.stderr) == (1, True), done.stderr
