"""`models/BUILD` is told of a model once, in order, and nothing else of it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.scaffold.checkout import find_checkout, registered
from mooring.scaffold.errors import NoWorkspace

BUILD = """\
python_sources()
# Which models the command knows.
target(
    name="all",
    dependencies=["models/zebra"],
)
layer(may_import=["x"])
"""


def test_the_list_is_sorted_and_the_rest_stays() -> None:
    once = registered(BUILD, "apple")
    assert 'dependencies=["models/apple", "models/zebra"]' in once
    assert once.startswith("python_sources()\n# Which models the command knows.\n")
    assert once.endswith('\nlayer(may_import=["x"])\n')
    assert registered(once, "apple") == once


def test_a_long_list_is_one_a_line() -> None:
    build = BUILD
    for name in ("a" * 30, "b" * 30, "c" * 30):
        build = registered(build, name)
    assert f'        "models/{"a" * 30}",\n        "models/{"b" * 30}",\n' in build


@pytest.mark.parametrize("build", ["", "python_sources()\n", "target(name='all', dependencies=X)"])
def test_a_list_of_another_form_is_refused(build: str) -> None:
    with pytest.raises(NoWorkspace, match="it has no target"):
        registered(build, "apple")


def test_the_checkout_is_found_upwards_and_missed_clearly(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "pants.toml").touch()
    deep = tmp_path / "notebooks" / "deep"
    deep.mkdir(parents=True)
    assert find_checkout({}, deep) == tmp_path
    assert find_checkout({"MOORING_ROOT": str(tmp_path)}, Path("/")) == tmp_path
    with pytest.raises(NoWorkspace, match="no checkout of Mooring is here"):
        find_checkout({}, Path("/"))
    with pytest.raises(NoWorkspace, match="it has no folder models/"):
        find_checkout({"MOORING_ROOT": str(deep)})
