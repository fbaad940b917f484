"""Promotions that are asked for at the same time, by real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from mooring.bundle.release import read_release
from mooring.cli.conftest import write_trial
from mooring.cli.judging import bless_model
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace
from mooring.data.dataset import read_version
from mooring.data.ingest import table_of
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.train import train

WRITERS, PROMOTIONS = 3, 10

# Promotes bundles of its own until each has been let through; a lost race is run again.
PROGRAM = """
import sys
from pathlib import Path

from mooring.blessing.promotion import Decision, promote
from mooring.bundle.errors import ReleaseError
from mooring.bundle.manifest import Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.release import read_release, write_release

path, writer, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
day = Period(start="2013-01-01", end="2013-01-01")
data = TrainingData(name="ferry", sha256="d" * 64, rows=1, period=day)


def bundle(seed):
    manifest = Manifest(
        model="ferry", contract="1.0", runtime="onnx", tolerance="0.1", files={}, fingerprint={},
        dataset=data, code="c" * 64, seed=seed,
    )
    return Bundle(path, manifest.id, manifest, None, {})


input()
for number in range(count):
    mine = bundle(writer * 1_000 + number)
    while True:
        before = read_release(path, model="ferry")
        after = promote(before.release, mine, "any", {}, Decision(sys.argv[2], "now", "race"))
        try:
            print(write_release(before, after).release.last_version)
            break
        except ReleaseError as error:
            assert error.problem == "it was changed meanwhile"
"""


def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p)}


def test_of_promotions_at_once_none_is_lost_and_no_version_given_twice(tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, path, str(writer), str(PROMOTIONS)],
            env=environ(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for writer in range(WRITERS)
    ]  # fmt: skip
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    versions = [[int(line) for line in child.communicate()[0].split()] for child in children]

    assert [child.returncode for child in children] == [0] * WRITERS
    assert sorted(version for own in versions for version in own) == list(
        range(1, WRITERS * PROMOTIONS + 1)
    )
    assert all(own == sorted(own) for own in versions)
    release = read_release(path).release
    assert release.champion is not None
    assert release.champion.version == release.last_version == WRITERS * PROMOTIONS


def blessed_retrains(model: Model, space: Workspace, count: int) -> list[str]:
    """Bundles that differ in nothing but their seeds, each with its evidence."""
    found = read_version(table_of(space.data, model.name))
    made = []
    for seed in range(count):
        plan = replace(model.plan, seed=seed)
        made.append(train(plan, *found, space.bundles, MemoryTracker()).bundle.id)
        assert bless_model(model, space, made[-1]).blessing.verdict == "blessed"
        write_trial(model, space, made[-1])
    return made


def test_of_commands_at_once_exactly_one_promotes(space: Workspace, model: Model) -> None:
    bundles = blessed_retrains(model, space, 3)
    command = [sys.executable, "-m", "mooring.cli", "--workspace", space.root]
    command += ["--home", space.home, "promote", model.name, "--bundle"]
    children = [
        subprocess.Popen(
            [*map(str, command), bundle], env=environ(), text=True, cwd=space.home,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for bundle in bundles
    ]  # fmt: skip
    said = [child.communicate()[1] for child in children]

    assert sorted(child.returncode for child in children) == [0, 1, 1]
    winner = bundles[[child.returncode for child in children].index(0)]
    release = read_release(space.release(model.name)).release
    assert release.champion is not None
    assert (release.champion.bundle, release.champion.version) == (winner, 1)
    assert (release.former, release.last_version) == ((), 1)
    # Either it came too late to be written, or it never was compared with who came first.
    late = ("it was changed meanwhile", "does not compare with the present champion")
    assert sum(any(reason in text for reason in late) for text in said) == 2
