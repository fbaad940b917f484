from __future__ import annotations

import json

import pytest

from mooring.delivery.plan.change import Change
from mooring.delivery.plan.plan import Everything, Needed, Plan
from mooring.delivery.plan.report import split, to_document, to_github, to_text

WAY = ("gateway/app.py", "gateway/app.py", "gateway:code", "gateway:image")
IMAGE = Needed("gateway:image", "gateway", "gateway/app.py was modified", WAY)
TESTS = tuple(Needed(f"t{n}_test.py:tests", "t", "r", ("f",)) for n in range(5))
PLAN = Plan("abc", (Change("gateway/app.py", "modified"),), None, TESTS, (IMAGE,), ())


def test_the_document_has_the_facts() -> None:
    assert to_document(PLAN) == {
        "format": 1,
        "since": "abc",
        "changed": [{"path": "gateway/app.py", "status": "modified"}],
        "everything": None,
        "tests": [{"target": t.target, "reason": "r", "path": ["f"]} for t in TESTS],
        "images": [
            {
                "target": "gateway:image",
                "name": "gateway",
                "reason": "gateway/app.py was modified",
                "path": list(WAY),
            }
        ],
        "bentos": [],
        "check": True,
    }


def test_everything_names_file_and_rule() -> None:
    plan = Plan("abc", (), Everything("pants", "it pins Pants"), (), (), ())
    assert to_document(plan)["everything"] == {"path": "pants", "rule": "it pins Pants"}
    assert "everything: pants changed: it pins Pants" in to_text(plan)


def test_people_see_the_way() -> None:
    way = "gateway/app.py was modified → gateway/app.py → gateway:code → gateway:image"
    assert f"images: 1\n  gateway:image\n      {way}\n" in to_text(PLAN)


def test_github_gets_one_line_a_value() -> None:
    lines = dict(line.split("=", 1) for line in to_github(PLAN, 2).splitlines())
    assert {key: json.loads(value) for key, value in lines.items()} == {
        "any": True,
        "check": True,
        "docs_only": False,
        "everything": False,
        "test_shards": [
            {"name": "1 of 2", "targets": [TESTS[n].target for n in (0, 2, 4)]},
            {"name": "2 of 2", "targets": [TESTS[n].target for n in (1, 3)]},
        ],
        "images": [{"name": "gateway", "target": "gateway:image"}],
        "bentos": [],
    }


def test_a_name_with_a_line_break_adds_no_output() -> None:
    evil = "x\nany=true\n$(id)"
    needed = Needed(f"{evil}:tests", evil, evil, (evil,))
    plan = Plan("abc", (Change(evil, "added"),), Everything(evil, "r"), (needed,), (needed,), ())
    keys = [line.partition("=")[0] for line in to_github(plan, 3).splitlines()]
    assert keys == [
        *("any", "check", "docs_only", "everything"),
        *("test_shards", "images", "bentos"),
    ]


@pytest.mark.parametrize(
    ("targets", "shards", "sizes"),
    [
        pytest.param(0, 3, [], id="no test, no shard"),
        pytest.param(2, 3, [1, 1], id="no shard is empty"),
        pytest.param(7, 3, [3, 2, 2], id="sizes differ by one at most"),
    ],
)
def test_tests_are_dealt_like_cards(targets: int, shards: int, sizes: list[int]) -> None:
    names = [str(number) for number in range(targets)]
    parts = split(names, shards)
    assert [len(part["targets"]) for part in parts] == sizes
    assert sorted(name for part in parts for name in part["targets"]) == sorted(names)
