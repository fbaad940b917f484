from __future__ import annotations

from typing import Any

import pytest

from mooring.delivery.plan.peek import folder_of, graph_of
from mooring.delivery.plan.settings import Settings

LOCKS = Settings({"product": "product.lock", "runner": "runner.lock"}, "product", "runner", True)


def peeked(address: str, type_: str = "target", **fields: Any) -> dict[str, Any]:
    return {"address": address, "target_type": type_, "dependencies": [], **fields}


@pytest.mark.parametrize(
    ("address", "sources", "expected"),
    [
        pytest.param("src/app:app", ["src/app/a.py"], "src/app", id="a target with a name"),
        pytest.param("src/app/a.py", ["src/app/a.py"], "src/app", id="a file of a default target"),
        pytest.param(
            "src/app/a_test.py:tests", ["src/app/a_test.py"], "src/app", id="a named one's"
        ),
        pytest.param("src/app/x/a.csv:../rows", ["src/app/x/a.csv"], "src/app", id="from above"),
        pytest.param("//docs/deep/a.md:../../all", ["docs/deep/a.md"], "", id="from the root"),
        pytest.param("//:all", ["a.md"], "", id="the root's own"),
        pytest.param("lib:product#numpy", None, "lib", id="a generated target that is no file"),
    ],
)
def test_the_folder_of_a_target_is_that_of_its_build_file(
    address: str, sources: list[str] | None, expected: str
) -> None:
    assert folder_of(peeked(address, sources=sources)) == expected


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        pytest.param("runnable", "tools:tool", "tools:tool", id="the tool that is run"),
        pytest.param("runnable", ":code", "app:code", id="in the same folder"),
        pytest.param("runnable", "tools", "tools:tools", id="by the name of its folder"),
        pytest.param("runnable", "./run.py", "app/run.py", id="a file beside it"),
        pytest.param("execution_dependencies", ["//:tracked"], "//:tracked", id="at the root"),
        pytest.param("files", [":code"], "app:code", id="what an archive holds"),
        pytest.param("packages", [":code"], "app:code", id="what it has packaged"),
        pytest.param("dependencies_raw", ["//tools:tool"], "tools:tool", id="a generator by name"),
        pytest.param("runtime_package_dependencies", [":code"], "app:code", id="built for a test"),
    ],
)
def test_a_reference_in_a_build_file_is_a_dependency(
    field: str, written: object, expected: str
) -> None:
    others = ("tools:tool", "tools:tools", "app:code", "app/run.py", "//:tracked")
    listed = [peeked("app:it", "adhoc_tool", **{field: written}), *map(peeked, others)]
    assert graph_of(listed, LOCKS).targets["app:it"].dependencies == (expected,)


def test_a_reference_to_nothing_is_left_out() -> None:
    graph = graph_of([peeked("app:it", dependencies_raw=["!:code", ":gone", "x"])], LOCKS)
    assert graph.targets["app:it"].dependencies == ()


@pytest.mark.parametrize(
    ("target", "settings", "expected"),
    [
        pytest.param(
            peeked("t", "python_test", resolve=None),
            LOCKS,
            {"product.lock", "runner.lock"},
            id="a test reads the whole lock and the runner's",
        ),
        pytest.param(
            peeked("t", "python_test", resolve="runner"),
            LOCKS,
            {"runner.lock"},
            id="of its resolve",
        ),
        pytest.param(
            peeked("t", "python_test"),
            Settings({"product": "product.lock"}, "product"),
            set(),
            id="a test with a subset of the lock: the graph knows",
        ),
        pytest.param(
            peeked("t", "pex_binary", include_requirements=True, resolve="product"),
            Settings(LOCKS.resolves, "product"),
            {"product.lock"},
            id="a PEX that imports nothing has all of the lock",
        ),
        pytest.param(
            peeked("t", "pex_binary", include_requirements=False),
            LOCKS,
            set(),
            id="a PEX without libraries",
        ),
        pytest.param(
            peeked("t", "python_test", resolve="unknown"), LOCKS, {"runner.lock"}, id="no such lock"
        ),
    ],
)
def test_locks_are_read_by(target: dict[str, Any], settings: Settings, expected: set[str]) -> None:
    readers = graph_of([target], settings).readers
    assert {path for path in readers if path.endswith(".lock")} == expected


def test_the_runners_configuration_is_read_by_every_test_and_no_image() -> None:
    listed = [peeked("t", "python_test"), peeked("a:image", "archive")]
    assert graph_of(listed, LOCKS).readers["pyproject.toml"] == ["t"]
