from __future__ import annotations

import pytest

from mooring.delivery.plan.change import Change
from mooring.delivery.plan.graph import Graph
from mooring.delivery.plan.target import Target, kind_of

TARGETS = (
    Target("lib/low.py", "python_source", "lib", sources=("lib/low.py",)),
    Target("lib:lib", "python_sources", "lib", ("lib/low.py",), ("*.py",), ("lib/low.py",)),
    Target("lib:rows", "files", "lib", globs=("*.csv", "deep/**/*.json", "!secret.csv")),
    Target("app/app.py", "python_source", "app", ("app/app.py",), (), ("lib/low.py",)),
    Target(
        "app/app_test.py:tests", "python_test", "app", ("app/app_test.py",), (), ("app/app.py",)
    ),
    Target("app/deep:x", "target", "app/deep", dependencies=("lib:rows",)),
    Target("apple:x", "target", "apple"),
    Target("app:image", "archive", "app", dependencies=("app/app.py",)),
)
GRAPH = Graph({t.address: t for t in TARGETS}, {"some.lock": ["app/app_test.py:tests"]})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            Change("lib/low.py", "modified"), ["lib/low.py", "lib:lib"], id="who has it as a source"
        ),
        pytest.param(Change("lib/a.csv", "deleted"), ["lib:rows"], id="whose glob took a file in"),
        pytest.param(
            Change("lib/deep/a/b.json", "deleted"), ["lib:rows"], id="whose glob goes down folders"
        ),
        pytest.param(
            Change("lib/deep/b.json", "deleted"), ["lib:rows"], id="whose `**` stands for no folder"
        ),
        pytest.param(Change("lib/a.csv", "modified"), [], id="not by a glob, while it is there"),
        pytest.param(Change("other/a.csv", "deleted"), [], id="not by a glob of another folder"),
        pytest.param(
            Change("app/BUILD", "modified"),
            ["app/app.py", "app/app_test.py:tests", "app/deep:x", "app:image"],
            id="a BUILD file by all at and below it",
        ),
        pytest.param(
            Change("some.lock", "modified"),
            ["app/app_test.py:tests"],
            id="who reads it all the same",
        ),
        pytest.param(Change("nobody.txt", "modified"), [], id="nobody"),
    ],
)
def test_a_change_is_owned_by(change: Change, expected: list[str]) -> None:
    assert GRAPH.owners(change) == expected


def test_what_depends_on_a_change_is_reached_by_a_way_of_targets() -> None:
    assert GRAPH.reached([Change("lib/low.py", "modified")]) == {
        "lib/low.py": ("lib/low.py", "lib/low.py"),
        "lib:lib": ("lib/low.py", "lib:lib"),
        "app/app.py": ("lib/low.py", "lib/low.py", "app/app.py"),
        "app/app_test.py:tests": (
            *("lib/low.py", "lib/low.py", "app/app.py"),
            "app/app_test.py:tests",
        ),
        "app:image": ("lib/low.py", "lib/low.py", "app/app.py", "app:image"),
    }


def test_of_two_changed_files_the_nearer_one_is_the_reason() -> None:
    changes = [Change("lib/low.py", "modified"), Change("app/app.py", "modified")]
    assert GRAPH.reached(changes)["app:image"] == ("app/app.py", "app/app.py", "app:image")


def test_targets_that_depend_on_each_other_end_the_walk() -> None:
    circle = Graph(
        {
            "a": Target("a", "target", "a", ("f",), (), ("b",)),
            "b": Target("b", "target", "b", (), (), ("a",)),
        }
    )
    assert set(circle.reached([Change("f", "modified")])) == {"a", "b"}


@pytest.mark.parametrize(
    ("address", "type_", "expected"),
    [
        pytest.param("a/x_test.py:tests", "python_test", "test", id="a test"),
        pytest.param("a:image", "archive", "image", id="an archive named image"),
        pytest.param("a:image", "oci_archive", "image", id="an OCI archive named image"),
        pytest.param("models/a:bento", "archive", "bento", id="an archive named bento"),
        pytest.param("a:image", "adhoc_tool", None, id="another target of that name"),
        pytest.param("a:dist", "archive", None, id="another archive"),
        pytest.param("a:tests", "python_tests", None, id="the generator of tests"),
    ],
)
def test_a_plan_knows_three_kinds(address: str, type_: str, expected: str | None) -> None:
    assert kind_of(address, type_) == expected


def test_an_image_is_called_as_the_folder_is() -> None:
    assert (
        Target("models/flight_delay:image", "archive", "models/flight_delay").name == "flight_delay"
    )
