from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.delivery.plan.change import Change, ChangeSet
from mooring.delivery.plan.graph import Graph
from mooring.delivery.plan.plan import Plan, everything_for, plan_everything, plan_selected
from mooring.delivery.plan.target import Target

FILES = ("a.py", "b.py", "d/c.py", "d/x.csv", "d/BUILD", "README.md", "pants.toml")
SHAPES = (("python_test", "t"), ("archive", "image"), ("archive", "bento"), ("python_source", "s"))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to eight targets of all kinds, with any edges, circles too."""
    count = draw(st.integers(1, 8))
    addresses = [f"d/p{n}:{SHAPES[n % len(SHAPES)][1]}" for n in range(count)]
    some = st.lists(st.sampled_from(addresses), max_size=3, unique=True)
    targets = {}
    for number, address in enumerate(addresses):
        sources = tuple(draw(st.lists(st.sampled_from(FILES), max_size=2, unique=True)))
        globs = tuple(draw(st.lists(st.sampled_from(("*.csv", "../*.py")), max_size=1)))
        kind = SHAPES[number % len(SHAPES)][0]
        dependencies = tuple(draw(some))
        targets[address] = Target(address, kind, f"d/p{number}", sources, globs, dependencies)
    readers = draw(st.dictionaries(st.sampled_from(FILES), some, max_size=2))
    return Graph(targets, readers)


changes = st.builds(
    Change, st.sampled_from(FILES), st.sampled_from(("added", "modified", "deleted"))
)
change_lists = st.lists(changes, max_size=4, unique_by=lambda change: change.path)


def made(graph: Graph, changed: list[Change], selected: set[str]) -> Plan:
    found = ChangeSet("0" * 40, tuple(sorted(changed)))
    if cause := everything_for(changed):
        return plan_everything(found, cause, graph)
    return plan_selected(found, graph, selected)


def names(plan: Plan) -> set[str]:
    return {needed.target for needed in (*plan.tests, *plan.images, *plan.bentos)}


@given(graphs(), change_lists, change_lists, st.data())
def test_more_changed_files_never_select_less(
    graph: Graph, some: list[Change], more: list[Change], data: st.DataObject
) -> None:
    known = {change.path for change in some}
    both = [*some, *(change for change in more if change.path not in known)]
    few = data.draw(st.sets(st.sampled_from(sorted(graph.targets))))
    many = few | data.draw(st.sets(st.sampled_from(sorted(graph.targets))))

    smaller, larger = made(graph, some, few), made(graph, both, many)

    assert names(smaller) <= names(larger)
    assert smaller.check <= larger.check


@given(graphs(), change_lists, st.data())
def test_every_way_starts_at_a_changed_file_and_is_one_of_the_graph(
    graph: Graph, changed: list[Change], data: st.DataObject
) -> None:
    selected = data.draw(st.sets(st.sampled_from(sorted(graph.targets))))
    found = plan_selected(ChangeSet("0", tuple(changed)), graph, selected)
    by_path = {change.path: change for change in changed}
    for needed in (*found.tests, *found.images, *found.bentos):
        if not needed.path:
            assert needed.target in selected
            continue
        file, first, *_ = needed.path
        assert first in graph.owners(by_path[file])
        assert needed.path[-1] == needed.target
        for dependency, dependent in zip(needed.path[1:], needed.path[2:], strict=False):
            assert dependency in graph.targets[dependent].dependencies


@given(graphs(), change_lists, st.data())
def test_nothing_that_pants_selects_is_left_out(
    graph: Graph, changed: list[Change], data: st.DataObject
) -> None:
    selected = data.draw(st.sets(st.sampled_from(sorted(graph.targets))))
    of_interest = {address for address in selected if graph.targets[address].kind}
    assert of_interest <= names(made(graph, changed, selected))


@given(graphs(), change_lists)
def test_a_change_of_a_global_file_selects_all_there_is(
    graph: Graph, changed: list[Change]
) -> None:
    others = [change for change in changed if change.path != "pants.toml"]
    found = made(graph, [*others, Change("pants.toml", "modified")], set())
    assert names(found) == {a for a, target in graph.targets.items() if target.kind}
    assert found.everything


IMAGE = Target("app:image", "archive", "app", ("app/a.py", "README.md"))
TEST = Target("app/a_test.py:tests", "python_test", "app", ("app/a_test.py",), (), ("app:image",))
GRAPH = Graph({target.address: target for target in (IMAGE, TEST)})


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        pytest.param({"app:image"}, "app/a.py was modified", id="both select it"),
        pytest.param(
            set(), "app/a.py was modified; Pants does not select it", id="the graph alone does"
        ),
    ],
)
def test_a_reason_says_who_selects(selected: set[str], expected: str) -> None:
    found = made(GRAPH, [Change("app/a.py", "modified")], selected)
    assert found.images[0].reason == expected


def test_what_pants_alone_selects_says_so_and_has_no_way() -> None:
    needed = made(GRAPH, [Change("other", "modified")], {"app:image"}).images[0]
    assert (needed.reason, needed.path) == ("Pants selects it; the graph shows no way", ())


@pytest.mark.parametrize(
    ("paths", "docs_only", "check", "needed"),
    [
        pytest.param([], False, False, False, id="nothing changed"),
        pytest.param(["docs/x.md"], True, False, False, id="a document that nobody reads"),
        pytest.param(["README.md"], False, False, True, id="a document that an image holds"),
        pytest.param(["docs/x.md", "app/a_test.py"], False, True, True, id="a document and code"),
        pytest.param(["unowned.py"], False, True, True, id="code of no target is checked at least"),
    ],
)
def test_documents_alone_need_no_check(
    paths: list[str], docs_only: bool, check: bool, needed: bool
) -> None:
    found = made(GRAPH, [Change(path, "modified") for path in paths], set())
    assert (found.docs_only, found.check, found.any) == (docs_only, check, needed)
