"""What is garbage, entry by entry; and that what was touched meanwhile is none."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.bundle.folder_store import FolderStore
from mooring.bundle.garbage import Needed, collect, judge
from mooring.bundle.manifest import MANIFEST
from mooring.bundle.open import Bundle
from mooring.bundle.store import Stored
from mooring.bundle.testing.recipe import Recipe

NOW, GRACE = 1_000_000.0, 1_000.0
OLD, YOUNG = NOW - GRACE - 1, NOW - GRACE + 1


@pytest.mark.parametrize(
    ("change", "remove", "why"),
    [
        pytest.param({}, True, "named by nobody", id="an old bundle that nobody names is"),
        pytest.param({"touched": YOUNG}, False, "young", id="a young one is not"),
        pytest.param({"name": "a" * 16}, False, "named by a release", id="a named one is not"),
        pytest.param({"manifest": None}, False, "not readable", id="what cannot be read is not"),
        pytest.param({"manifest": None, "torn": True}, True, "never ended", id="a torn upload is"),
        pytest.param(
            {"manifest": None, "torn": True, "touched": YOUNG}, False, "young",
            id="an upload that may still go on is not",
        ),
    ],
)  # fmt: skip
def test_garbage(recipe: Recipe, change: dict[str, object], remove: bool, why: str) -> None:
    entry = replace(Stored("b" * 16, OLD, recipe.manifest), **change)  # type: ignore[arg-type]
    needed = Needed({"a" * 16}, {"ferry_delay"})
    (fate,) = judge([entry], needed, now=NOW, grace_seconds=GRACE)
    assert fate.remove is remove
    assert why in fate.why


def test_a_bundle_of_a_model_of_another_checkout_is_not_garbage(recipe: Recipe) -> None:
    entry = Stored("b" * 16, OLD, recipe.manifest)
    (fate,) = judge([entry], Needed(set(), {"flights"}), now=NOW, grace_seconds=GRACE)
    assert (fate.remove, fate.why) == (False, "of a model that this checkout does not have")


def test_what_somebody_wants_again_between_verdict_and_removal_stays(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    os.utime(bundle.path, (OLD, OLD))
    folder = FolderStore(store)
    fates = judge(folder.stored(), Needed((), {"ferry_delay"}), now=NOW, grace_seconds=GRACE)
    assert [fate.remove for fate in fates] == [True]
    recipe.write(store)
    assert [(f.remove, f.why) for f in collect(folder, fates)] == [(False, "touched meanwhile")]
    assert folder.has(bundle.id)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("notes", id="a folder of another name"),
        pytest.param("0123456789abcdef", id="a folder without a manifest"),
    ],
)
def test_a_folder_store_says_what_it_cannot_read(store: Path, name: str) -> None:
    (store / name).mkdir(parents=True)
    (entry,) = FolderStore(store).stored()
    assert (entry.name, entry.manifest, entry.torn) == (name, None, False)


def test_a_folder_store_never_reads_through_links_or_by_another_name(
    bundle: Bundle, store: Path
) -> None:
    (store / ("c" * 16)).symlink_to(bundle.path)
    bundle.path.rename(store / ("d" * 16))
    assert [entry.manifest for entry in FolderStore(store).stored()] == [None, None]
    (store / ("d" * 16) / MANIFEST).write_bytes(b"{")
    assert [entry.manifest for entry in FolderStore(store).stored()] == [None, None]
