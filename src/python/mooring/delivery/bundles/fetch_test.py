"""A champion behind a URL, by the command that Pants runs, from a real S3 API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import s3fs

from mooring.bundle.champion import read_champion
from mooring.bundle.manifest import MANIFEST, MODEL_ONNX, SAMPLES
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.store import store_at
from mooring.bundle.testing.faults import absent
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.testing.s3 import CREDENTIALS, S3Server
from mooring.delivery.bento import __main__ as command
from mooring.delivery.bundles.testing.released import release_bundle


@pytest.fixture
def kept(recipe: Recipe, tmp_path: Path, bucket: str) -> tuple[Bundle, str]:
    """A bundle in the bucket, and its URL."""
    bundle = recipe.write(tmp_path / "trained")
    return bundle, store_at(f"{bucket}/models", tmp_path / "none").put(bundle)


def ship(release: Path, into: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The command with these AWS_* variables and none else, in a folder of its own for scratch."""
    scratch = into.with_name("scratch")
    scratch.mkdir()
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("AWS_")}
    own = {
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "TMPDIR": str(scratch),
        "PYTHONSAFEPATH": "1",
    }
    done = subprocess.run(
        [sys.executable, command.__file__, "champion", f"--release={release}", f"--into={into}"],
        env={**inherited, **own, **environ, "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert list(scratch.iterdir()) == [], "whatever was fetched is where it belongs or gone"
    return done


def test_the_champion_is_fetched_by_its_id(
    kept: tuple[Bundle, str], folder: Path, tmp_path: Path, s3: S3Server
) -> None:
    bundle, url = kept
    done = ship(release_bundle(folder, bundle, location=url), tmp_path / "champion", s3.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ferry_delay version 3: bundle {bundle.id[:16]}\n"
    shipped = read_champion(tmp_path / "champion")
    assert shipped is not None
    assert open_bundle(shipped.path, expect=bundle.id).files == bundle.files


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param(MODEL_ONNX, b"other", "not what the manifest says", id="another model"),
        pytest.param(SAMPLES, None, "the file is missing", id="a missing file"),
        pytest.param(MANIFEST, b"{}", MANIFEST, id="a manifest that is none"),
        pytest.param(MANIFEST, None, "there is no bundle", id="a bundle that is not there"),
    ],
)
def test_what_is_not_the_champion_is_refused_in_one_line(
    kept: tuple[Bundle, str],
    folder: Path,
    tmp_path: Path,
    s3: S3Server,
    name: str,
    content: bytes | None,
    said: str,
) -> None:
    bundle, url = kept
    bucket = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    path = f"{url.removeprefix('s3://')}/{name}"
    bucket.rm_file(path) if content is None else bucket.pipe_file(path, content)
    refused(
        ship(release_bundle(folder, bundle, location=url), tmp_path / "champion", s3.environ), said
    )
    assert not (tmp_path / "champion").exists()


def test_another_bundle_at_the_url_is_refused(
    kept: tuple[Bundle, str], recipe: Recipe, folder: Path, tmp_path: Path, s3: S3Server
) -> None:
    """Sound in itself, under the name of the champion: its digests agree, its id does not."""
    bundle, url = kept
    other = recipe.with_facts(seed=8).write(tmp_path / "trained")
    bucket = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    for file in other.path.iterdir():
        bucket.pipe_file(f"{url.removeprefix('s3://')}/{file.name}", file.read_bytes())
    done = ship(release_bundle(folder, bundle, location=url), tmp_path / "champion", s3.environ)
    refused(done, f"its id is {other.id[:16]}")


def test_a_store_that_is_down_is_named_and_no_secret_told(
    kept: tuple[Bundle, str], folder: Path, tmp_path: Path
) -> None:
    bundle, url = kept
    with absent() as endpoint:
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}
        done = ship(release_bundle(folder, bundle, location=url), tmp_path / "champion", environ)
    refused(done, url)
    assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in done.stderr
    assert not (tmp_path / "champion").exists()


def test_a_folder_asks_nobody(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    """No credentials, an endpoint where nobody listens: a folder does not care."""
    with absent() as endpoint:
        done = ship(
            release_bundle(folder, bundle), tmp_path / "champion", {"AWS_ENDPOINT_URL": endpoint}
        )
    assert (done.returncode, done.stderr) == (0, "")


def refused(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert said in done.stderr
