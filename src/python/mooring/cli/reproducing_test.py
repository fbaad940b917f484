"""Training again what was trained: with the code that runs, with code of the history, on data that
are no longer the same.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from deltalake import CommitProperties, write_deltalake

import models
import mooring  # pants: no-infer-dep  (its folder; it has no target of its own)
from mooring.bundle.manifest import PROVENANCE, Manifest, Period, TrainingData
from mooring.bundle.write import folder_of
from mooring.cli import git
from mooring.cli.errors import CodeNotFound, NotReproducible
from mooring.cli.old_code import Code, code_of
from mooring.cli.registry import Model
from mooring.cli.reproducing import Difference, differences, reproduce_model
from mooring.cli.workspace import Workspace
from mooring.data.dataset import DESCRIPTION, Description, read_version
from mooring.data.ingest import table_of
from mooring.data.source import EVENT_TIME, MONTH

IGNORED = shutil.ignore_patterns("__pycache__", "bundles", "blessings")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the present sources; one commit back, the pipeline had one comment more."""
    root = tmp_path_factory.mktemp("history")
    git.init(root)
    shutil.copytree(mooring.__path__[0], root / "src/python/mooring", ignore=IGNORED)
    shutil.copytree(models.__path__[0], root / "models", ignore=IGNORED)
    pipeline = root / "models/flight_delay/pipeline.py"
    present = pipeline.read_text()
    pipeline.write_text(present + "# Of long ago.\n")
    git.commit(root, [root / "src", root / "models"], "Long ago")
    pipeline.write_text(present)
    git.commit(root, [pipeline], "Today")
    return root


def ask(code: Code, *arguments: str | Path) -> str:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=code.folder, env=code.environ(), capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_bundle_of_former_code_is_made_again_with_that_code(
    space: Workspace, model: Model, history: Path, tmp_path: Path
) -> None:
    first, today = git.touching(history, ["models"], "HEAD", 9)[::-1]
    former = Code(tmp_path / "former", first)
    git.unpack(history, first, ["src/python/mooring", "models"], tmp_path / "former")
    verb = ("-m", "mooring.cli", "--home", space.home, "train", model.name, "--json")
    bundle = json.loads(ask(former, *verb))["bundle"]
    before = sorted(path for path in space.home.rglob("*") if path.is_file())

    done = reproduce_model(model, Workspace(history, space.home), bundle=bundle)

    assert (done.same, done.bundle, done.differences) == (True, bundle, ())
    assert done.code == f"commit {first}" != f"commit {today}"
    assert done.data.startswith("dataset version 0")
    assert sorted(path for path in space.home.rglob("*") if path.is_file()) == before
    assert not git._git(history, "status", "--porcelain").stdout
    assert len(git._git(history, "worktree", "list").stdout.splitlines()) == 1


def test_changed_data_are_named_as_what_differs(space: Workspace, model: Model) -> None:
    """A table that says it holds the same rows and lacks some."""
    table = table_of(space.data, model.name)
    told, rows = read_version(table)
    known = Description.model_validate(told.model_dump(include=set(Description.model_fields)))
    month = pl.col(EVENT_TIME).dt.strftime("%Y-%m").alias(MONTH)
    write_deltalake(
        table,
        rows.sort(EVENT_TIME).tail(-500).with_columns(month).to_arrow(),
        mode="overwrite",
        partition_by=[MONTH],
        commit_properties=CommitProperties(custom_metadata={DESCRIPTION: known.model_dump_json()}),
    )

    done = reproduce_model(model, space, bundle=space.candidate(model.name).read_text())

    assert not done.same
    assert done.code == "as it is here"
    found = {(difference.about, difference.what) for difference in done.differences}
    assert {("data", "sha256"), ("data", "rows"), ("files", "model.onnx")} <= found
    assert {about for about, _ in found} == {"data", "files"}


def test_logged_rows_that_are_not_here_are_not_ingested_instead(
    space: Workspace, model: Model
) -> None:
    bundle = space.candidate(model.name).read_text()
    path = folder_of(space.bundles, bundle) / PROVENANCE
    told = json.loads(path.read_text()) | {"dataset_from_log": "true", "dataset_sha256": "f" * 64}
    path.write_text(json.dumps(told))
    with pytest.raises(NotReproducible, match="it learned from logged predictions"):
        reproduce_model(model, space, bundle=bundle)


def test_code_that_no_commit_has_is_named(history: Path) -> None:
    with (
        pytest.raises(CodeNotFound, match="none of 2 commits has the code ffffffffffffffff"),
        code_of(history, "flight_delay", "f" * 64, history / "nowhere"),
    ):
        pytest.fail("it was found")


def test_without_git_no_commit_is_asked(tmp_path: Path) -> None:
    with (
        pytest.raises(CodeNotFound, match="none of 0 commits"),
        code_of(tmp_path, "flight_delay", "f" * 64, tmp_path / "nowhere"),
    ):
        pytest.fail("it was found")


def test_a_version_that_is_not_in_the_release_is_named(space: Workspace, model: Model) -> None:
    with pytest.raises(NotReproducible, match=r"no version 7 .* Known versions: none"):
        reproduce_model(model, space, version=7)


def manifest(**fields: object) -> Manifest:
    day = Period(start="2013-01-01", end="2013-01-31")
    told: dict[str, object] = {
        "model": "ferry", "contract": "1.0", "runtime": "onnx", "tolerance": "0.1", "seed": 1,
        "files": {"model.onnx": {"sha256": "a" * 64, "bytes": 1}}, "code": "c" * 64,
        "fingerprint": {"numpy": "2.3"},
        "dataset": TrainingData(name="ferry", sha256="d" * 64, rows=1, period=day),
    }  # fmt: skip
    return Manifest.model_validate(told | fields)


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        pytest.param({"code": "e" * 64}, Difference("code", "sha256", "c" * 64, "e" * 64),
                     id="the code"),
        pytest.param({"fingerprint": {"numpy": "2.4"}},
                     Difference("libraries", "numpy", "2.3", "2.4"), id="a library"),
        pytest.param({"seed": 2}, Difference("declaration", "seed", "1", "2"), id="the seed"),
        pytest.param({"files": {}}, Difference("files", "model.onnx", "a" * 64, ""),
                     id="a file that is gone"),
    ],
)  # fmt: skip
def test_what_differs_is_told(changed: dict[str, object], difference: Difference) -> None:
    assert differences(manifest(), manifest(**changed)) == (difference,)


def test_of_the_same_manifests_nothing_differs() -> None:
    assert differences(manifest(), manifest()) == ()
