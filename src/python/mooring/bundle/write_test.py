"""Writing: content-addressed, atomic against kills and rivals, a no-op the second time."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mooring.bundle.atomic import ASIDE, STALE_SECONDS, new_folder, sweep
from mooring.bundle.errors import BundleError, BundleTampered, BundleUnreadable
from mooring.bundle.manifest import CARD, MANIFEST, PROVENANCE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.write import copy_bundle, folder_of, write_bundle

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
        paths = sorted(bundle.path.iterdir())
        return [(path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in paths]

    before, folder = state(), bundle.path.stat().st_ino
    assert recipe.write(store) == bundle
    assert (state(), bundle.path.stat().st_ino) == (before, folder)


def test_writing_twice_says_that_somebody_wants_the_bundle(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    os.utime(bundle.path, (0, 0))
    recipe.write(store)
    assert bundle.path.stat().st_mtime > 0


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
        pytest.param(STALE_SECONDS + 30, 0, id="swept when no writer can still be at it"),
        pytest.param(
            STALE_SECONDS - 30, 2, id="left alone while one may be about to take its lock"
        ),
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


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_living_writer_holds_is_not_swept_however_old(store: Path, kind: str) -> None:
    held = store / f"{ASIDE}0123-abc"
    store.mkdir()
    held.mkdir() if kind == "folder" else held.touch()
    os.utime(held, (0, 0))
    holder = os.open(held, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    sweep(store)
    assert asides(store) == [held]
    os.close(holder)  # as the kernel does when the writer dies
    sweep(store)
    assert asides(store) == []


def test_a_writer_holds_what_it_writes(store: Path) -> None:
    with new_folder(store / "0123") as aside:
        os.utime(aside, (0, 0))
        sweep(store)
        (aside / CARD).touch()
    assert [path.name for path in store.iterdir()] == ["0123"]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.symlink_to("/etc/hostname"), id="a link"),
        pytest.param(os.mkfifo, id="a pipe"),
    ],
)
def test_what_no_writer_makes_is_swept_without_being_followed(
    store: Path, make: Callable[[Path], object]
) -> None:
    store.mkdir()
    make(store / f"{ASIDE}stray")
    os.utime(store / f"{ASIDE}stray", (0, 0), follow_symlinks=False)
    sweep(store)
    assert list(store.iterdir()) == []


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
