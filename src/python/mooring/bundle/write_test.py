"""Writing: content-addressed, atomic against kills and rivals, a no-op the second time."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Barrier

import pytest

from mooring.bundle.atomic import ASIDE, STALE_SECONDS, sweep
from mooring.bundle.errors import BundleError, BundleTampered, BundleUnreadable
from mooring.bundle.manifest import CARD, MANIFEST, PROVENANCE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.write import copy_bundle, folder_of, write_bundle

# Measured: writing in place instead of aside is found by the first three.
KILLS = 10

# Forked, so that a writer need not import scikit-learn again before it can be killed.
processes = multiprocessing.get_context("fork")


def asides(store: Path) -> list[Path]:
    return [path for path in store.iterdir() if path.name.startswith(ASIDE)]


def published(store: Path) -> list[Path]:
    return [path for path in store.iterdir() if not path.name.startswith(ASIDE)]


def test_a_bundle_lies_in_the_folder_of_its_id(bundle: Bundle, store: Path) -> None:
    assert bundle.path == folder_of(store, bundle.id) == store / bundle.id[:16]
    assert {path.name for path in bundle.path.iterdir()} == {*bundle.files, MANIFEST, PROVENANCE}
    assert published(store) == [bundle.path]
    assert asides(store) == []


def test_writing_twice_changes_nothing(bundle: Bundle, recipe: Recipe, store: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        paths = [bundle.path, *sorted(bundle.path.iterdir())]
        return [(path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in paths]

    before = state()
    assert recipe.write(store) == bundle
    assert state() == before


def test_provenance_is_not_part_of_the_id_and_its_first_writer_stays(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    again = write_bundle(store, recipe.manifest, recipe.files, {"created_by": "another"})
    assert again.id == bundle.id
    assert (bundle.path / PROVENANCE).read_bytes() == b'{"created_by":"a test"}'


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda recipe: recipe.with_files({CARD: b"# Other\n"}), id="a file's content"),
        pytest.param(lambda recipe: recipe.without(CARD), id="a file's absence"),
        pytest.param(lambda recipe: recipe.with_facts(seed=8), id="the seed"),
        pytest.param(lambda recipe: recipe.with_facts(code="1" * 64), id="the code"),
        pytest.param(lambda recipe: recipe.with_facts(tolerance="0.1"), id="the tolerance"),
        pytest.param(lambda recipe: recipe.with_facts(fingerprint={}), id="the libraries"),
    ],
)
def test_everything_else_is_part_of_the_id(
    recipe: Recipe, change: Callable[[Recipe], Recipe]
) -> None:
    assert change(recipe).manifest.id != recipe.manifest.id


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="none of them"),
        pytest.param({CARD: b"another"}, id="others"),
    ],
)
def test_files_that_are_not_the_manifests_leave_nothing_behind(
    recipe: Recipe, store: Path, files: dict[str, bytes]
) -> None:
    with pytest.raises(BundleTampered, match="not those of the manifest"):
        write_bundle(store, recipe.manifest, files, {})
    assert not store.exists()


def test_a_spoilt_bundle_is_not_mended_by_writing_it_again(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    (bundle.path / CARD).write_bytes(b"spoilt")
    with pytest.raises(BundleError, match=CARD):
        recipe.write(store)


def test_a_copy_is_the_same_bundle_with_its_provenance(bundle: Bundle, tmp_path: Path) -> None:
    copy = copy_bundle(bundle, tmp_path / "models")
    assert (copy.id, copy.files) == (bundle.id, bundle.files)
    assert (copy.path / PROVENANCE).read_bytes() == (bundle.path / PROVENANCE).read_bytes()


def test_a_copy_of_unreadable_provenance_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    (bundle.path / PROVENANCE).write_bytes(b"{")
    with pytest.raises(BundleUnreadable, match=PROVENANCE):
        copy_bundle(bundle, tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("age", "left"),
    [
        pytest.param(STALE_SECONDS + 60, 0, id="swept when no writer can still be at it"),
        pytest.param(STALE_SECONDS - 60, 2, id="left alone while a writer may still be at it"),
    ],
)
def test_what_a_killed_writer_left_aside_is(
    recipe: Recipe, store: Path, age: float, left: int
) -> None:
    folder, file = store / f"{ASIDE}0123-abc", store / f"{ASIDE}release.json-abc"
    folder.mkdir(parents=True)
    (folder / CARD).touch()
    file.touch()
    for path in (folder, file):
        started = path.stat().st_mtime - age
        os.utime(path, (started, started))
    recipe.write(store)
    assert len(asides(store)) == left


def test_rivals_in_threads_all_get_the_bundle(recipe: Recipe, store: Path) -> None:
    barrier = Barrier(8, timeout=60)

    def write(number: int) -> str:
        """Pairs write the same bundle, all sweep the same store."""
        barrier.wait()
        return recipe.with_facts(seed=number // 2).write(store).id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(write, range(8)))
    assert len(set(ids)) == 4
    assert {path.name for path in store.iterdir()} == {name[:16] for name in ids}


def test_rivals_in_processes_all_get_the_bundle(recipe: Recipe, store: Path) -> None:
    writers = [processes.Process(target=recipe.write, args=(store,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert open_bundle(*store.iterdir()).id == recipe.manifest.id


def test_rivals_may_sweep_the_same_leftovers(store: Path) -> None:
    for number in range(300):
        folder = store / f"{ASIDE}0123-{number}"
        folder.mkdir(parents=True)
        os.utime(folder, (0, 0))
    barrier = Barrier(4, timeout=60)

    def sweep_at_once(_: int) -> None:
        barrier.wait()
        sweep(store)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep_at_once, range(4)))
    assert asides(store) == []


def test_a_killed_writer_never_leaves_a_torn_bundle(recipe: Recipe, store: Path) -> None:
    draw = random.Random(7)
    large = recipe.with_files({"weights.bin": bytes(1 << 20)})
    for kill in range(KILLS):
        wrote_one = processes.Event()
        writer = processes.Process(target=write_forever, args=(large, store, kill, wrote_one))
        writer.start()
        assert wrote_one.wait(60)
        writer.join(draw.uniform(0, 0.05))
        assert writer.exitcode is None, "it was still writing"
        writer.kill()
        writer.join()
        for path in published(store):
            assert open_bundle(path).path == path
    assert len(published(store)) >= KILLS
    assert large.write(store).id == large.manifest.id


def write_forever(recipe: Recipe, store: Path, writer: int, wrote_one: Event) -> None:
    """Write one bundle after the other, none of them another writer's."""
    for number in itertools.count():
        recipe.with_facts(seed=1_000_000 * writer + number).write(store)
        wrote_one.set()
