"""A process that writes without end, killed at random moments of its writing."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import random
import signal
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

from mooring.bundle.atomic import ASIDE, write_file
from mooring.bundle.folder_store import FolderStore
from mooring.bundle.manifest import MANIFEST
from mooring.bundle.open import open_bundle
from mooring.bundle.store import Stored
from mooring.bundle.testing.recipe import Recipe

# Forked, so that a writer need not import scikit-learn again before it can be killed.
_processes = multiprocessing.get_context("fork")

# Large enough that a write has a middle; a file that is written over and over, as a release is.
WEIGHTS_BYTES, RELEASE = 1 << 20, "release.json"


@dataclass(frozen=True)
class Tally:
    """How many writers were killed, how many of them inside a write, and what was left whole."""

    kills: int
    inside: int
    bundles: int


def kill_writers(recipe: Recipe, store: Path, kills: int, seed: int) -> Tally:
    """Kill that many writers, one after the other, and check the store after each of them.

    The moments are spread evenly over what one round of writing takes here and now.
    """
    draw = random.Random(seed)
    large = recipe.with_files({"weights.bin": draw.randbytes(WEIGHTS_BYTES)})
    round_seconds = _measured(large, store)
    inside = 0
    for number in range(1, kills + 1):
        before = _asides(store)
        _kill_one(large, store, number, draw.uniform(0, round_seconds))
        inside += bool(_asides(store) - before)
        check_whole(store)
    return Tally(kills, inside, len(_published(store)))


def check_whole(store: Path) -> None:
    """Whatever has a name in the store is a bundle that opens, or a file that was written whole."""
    for path in _published(store):
        assert open_bundle(path).path == path  # noqa: S101
        assert (path / MANIFEST).exists()  # noqa: S101
    document = json.loads((store / RELEASE).read_bytes())
    assert document["end"] == document["start"]  # noqa: S101


def _measured(recipe: Recipe, store: Path) -> float:
    started = time.perf_counter()
    for number in range(5):
        _write_round(recipe, store, 0, number)
    return (time.perf_counter() - started) / 5


def _kill_one(recipe: Recipe, store: Path, writer: int, after: float) -> None:
    wrote_one = _processes.Event()
    process = _processes.Process(target=_write_forever, args=(recipe, store, writer, wrote_one))
    process.start()
    assert wrote_one.wait(60)  # noqa: S101
    process.join(after)
    assert process.exitcode is None, "it was still writing"  # noqa: S101
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL  # noqa: S101


def _write_forever(recipe: Recipe, store: Path, writer: int, wrote_one: Event) -> None:
    for number in itertools.count():
        _write_round(recipe, store, writer, number)
        wrote_one.set()


def _write_round(recipe: Recipe, store: Path, writer: int, number: int) -> None:
    """A bundle that is no other writer's, the end of the one before it, as a collector does it, and
    the file that all of them write.
    """
    path = recipe.with_facts(seed=1_000_000 * writer + number).write(store).path
    for other in _published(store):
        if number and other != path and _writer_of(other) == writer:
            FolderStore(store).delete(Stored(other.name, other.lstat().st_mtime))
    document = {"start": number, "more": "x" * 50_000, "end": number}
    write_file(store / RELEASE, json.dumps(document).encode())


def _writer_of(path: Path) -> int:
    return open_bundle(path).manifest.seed // 1_000_000


def _asides(store: Path) -> set[Path]:
    return {path for path in store.iterdir() if path.name.startswith(ASIDE)}


def _published(store: Path) -> list[Path]:
    return [p for p in store.iterdir() if p.is_dir() and not p.name.startswith(ASIDE)]
