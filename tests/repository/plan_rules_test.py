"""The change plan's table of global files is that of this repository's own configuration."""

import tomllib

import pytest

from mooring.delivery.plan.change import Change
from mooring.delivery.plan.rules import global_reason
from mooring.delivery.plan.settings import Settings
from tests.repository.tracked import ROOT, files

DOCUMENT = tomllib.loads((ROOT / "pants.toml").read_text())


def is_global(path: str) -> bool:
    return global_reason(Change(path, "modified")) is not None


@pytest.mark.parametrize("glob", DOCUMENT["GLOBAL"]["build_file_prelude_globs"])
def test_every_file_of_the_prelude_is_global(glob: str) -> None:
    assert is_global(glob)


def test_every_rule_of_pants_that_is_ours_is_global() -> None:
    folders = DOCUMENT["GLOBAL"].get("pythonpath", [])
    plugins = [path for folder in folders for path in files(f"{folder.partition('/')[2]}/**/*.py")]
    assert [str(path) for path in plugins if not is_global(str(path))] == []


def test_the_lock_of_pants_is_global() -> None:
    named = [path for path in files("*.lock") if path.name == "pants.lock"]
    assert [is_global(str(path)) for path in named] == [True]


def test_the_locks_of_tests_are_known() -> None:
    """Else a change of the runner's lock would run no test."""
    settings = Settings.of(DOCUMENT)
    assert settings.whole_lock_in_tests
    for resolve in (settings.default_resolve, settings.pytest_resolve):
        assert (ROOT / settings.resolves[resolve or ""]).is_file()
