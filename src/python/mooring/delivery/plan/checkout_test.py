from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.delivery.plan.change import Change
from mooring.delivery.plan.checkout import changes_since, find_root, merge_base
from mooring.delivery.plan.errors import (
    GitFailed,
    NoMergeBase,
    NotACheckout,
    ShallowHistory,
    UnknownRevision,
)
from mooring.delivery.plan.testing.checkouts import Checkout, new_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path / "checkout")


def edit(checkout: Checkout) -> None:
    checkout.write("a.py", "A = 2\n")


def edit_and_stage(checkout: Checkout) -> None:
    edit(checkout)
    checkout.git("add", "a.py")


def edit_and_commit(checkout: Checkout) -> None:
    edit(checkout)
    checkout.commit()


def rename(checkout: Checkout) -> None:
    checkout.git("mv", "a.py", "b.py")


def rename_and_commit(checkout: Checkout) -> None:
    rename(checkout)
    checkout.commit()


def untrack(checkout: Checkout) -> None:
    checkout.git("rm", "--quiet", "--cached", "a.py")


def edit_and_undo(checkout: Checkout) -> None:
    checkout.commit(a_py="A = 2\n")
    checkout.write("a.py", "A = 1\n")


def add_and_remove(checkout: Checkout) -> None:
    checkout.commit(b_py="B = 1\n")
    (checkout.root / "b.py").unlink()


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(lambda c: None, [], id="nothing"),
        pytest.param(edit, [("a.py", "modified")], id="an edit that is not staged"),
        pytest.param(edit_and_stage, [("a.py", "modified")], id="a staged edit"),
        pytest.param(edit_and_commit, [("a.py", "modified")], id="a committed edit"),
        pytest.param(lambda c: c.write("n.py", ""), [("n.py", "added")], id="an untracked file"),
        pytest.param(
            lambda c: (c.write("n.py", ""), c.git("add", "-N", "n.py")),
            [("n.py", "added")],
            id="a file that is meant to be added",
        ),
        pytest.param(
            lambda c: (c.root / "a.py").unlink(), [("a.py", "deleted")], id="a file that is gone"
        ),
        pytest.param(
            rename, [("a.py", "deleted"), ("b.py", "added")], id="a rename, which has two sides"
        ),
        pytest.param(
            rename_and_commit,
            [("a.py", "deleted"), ("b.py", "added")],
            id="a committed rename",
        ),
        pytest.param(
            untrack, [("a.py", "modified")], id="a file that git forgets and the disk has"
        ),
        pytest.param(
            edit_and_undo, [("a.py", "modified")], id="a committed edit that the work tree undoes"
        ),
        pytest.param(add_and_remove, [], id="a file that was there only in between"),
        pytest.param(
            lambda c: c.write("ein Büro\n.py", ""),
            [("ein Büro\n.py", "added")],
            id="a name with a space, an umlaut and a line break",
        ),
        pytest.param(
            lambda c: (c.write(".gitignore", "x\n"), c.write("x", "")),
            [(".gitignore", "added")],
            id="an ignored file does not count",
        ),
    ],
)
def test_what_has_changed(
    checkout: Checkout, act: Callable[[Checkout], object], expected: list[tuple[str, str]]
) -> None:
    act(checkout)
    first = checkout.git("rev-list", "--max-parents=0", "HEAD")
    found = changes_since(checkout.root, first)
    assert [(change.path, change.status) for change in found.changes] == expected


def test_changes_are_counted_from_where_the_branch_began(checkout: Checkout) -> None:
    began = checkout.commit()
    checkout.git("switch", "--quiet", "-c", "topic")
    checkout.commit(mine_py="")
    checkout.git("switch", "--quiet", "main")
    checkout.commit(theirs_py="")
    checkout.git("switch", "--quiet", "topic")

    found = changes_since(checkout.root, "main")

    assert (found.since, found.changes) == (began, (Change("mine.py", "added"),))


@pytest.mark.parametrize(
    "revision",
    [
        pytest.param("nowhere", id="no such name"),
        pytest.param("0" * 40, id="the zeros that stand for no commit"),
        pytest.param("--output=x", id="an option"),
        pytest.param("", id="nothing"),
        pytest.param("HEAD:a.py", id="a file"),
    ],
)
def test_a_revision_that_git_does_not_know(checkout: Checkout, revision: str) -> None:
    with pytest.raises(UnknownRevision, match="git knows no such commit"):
        changes_since(checkout.root, revision)


def test_a_history_of_its_own_has_no_merge_base(checkout: Checkout) -> None:
    checkout.git("switch", "--quiet", "--orphan", "other")
    checkout.commit(pants_toml="")
    with pytest.raises(NoMergeBase, match="main: it has no commit in common with HEAD"):
        merge_base(checkout.root, "main")


def shallow(checkout: Checkout, to: Path) -> Path:
    url = f"file://{checkout.root}"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", url, str(to)], check=True)
    return to


def test_a_shallow_clone_says_how_to_fetch_the_rest(checkout: Checkout, tmp_path: Path) -> None:
    first = checkout.git("rev-parse", "HEAD")
    checkout.commit(b_py="")
    clone = shallow(checkout, tmp_path / "clone")
    with pytest.raises(ShallowHistory, match="fetch-depth: 0"):
        changes_since(clone, first)


def test_a_shallow_clone_of_two_branches_has_no_merge_base_yet(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.git("branch", "topic")
    checkout.commit(b_py="")
    checkout.git("switch", "--quiet", "topic")
    checkout.commit(c_py="")
    clone = shallow(checkout, tmp_path / "clone")
    subprocess.run(
        ["git", "-C", str(clone), "fetch", "--quiet", "--depth=1", "origin", "main:main"],
        check=True,
    )
    with pytest.raises(ShallowHistory, match=r"ends before the merge base.*fetch-depth: 0"):
        changes_since(clone, "main")


def test_a_shallow_clone_that_reaches_far_enough_will_do(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.commit(b_py="")
    clone = shallow(checkout, tmp_path / "clone")
    assert changes_since(clone, "HEAD").changes == ()


def test_outside_of_git_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotACheckout, match="this is no git checkout"):
        find_root(tmp_path)


def test_a_repository_without_pants_is_named(checkout: Checkout) -> None:
    (checkout.root / "pants.toml").unlink()
    with pytest.raises(NotACheckout, match=r"there is no pants\.toml"):
        find_root(checkout.root)


def test_the_root_is_found_from_below(checkout: Checkout) -> None:
    (checkout.root / "deep/er").mkdir(parents=True)
    assert find_root(checkout.root / "deep/er") == checkout.root


def test_what_git_refuses_is_told(checkout: Checkout) -> None:
    (checkout.root / ".git/index").write_bytes(b"not an index")
    with pytest.raises(GitFailed, match=r"git diff failed: .*index"):
        changes_since(checkout.root, "HEAD")
