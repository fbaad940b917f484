"""The steps as Pants runs them: processes with arguments, a folder and an exit code."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.archive import open_archive
from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.testing.images import small_archive, small_layout
from mooring.delivery.sbom.libraries import Libraries, describe_libraries


def run(
    *arguments: str, limit: int | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a step; `limit` is the size in bytes that a file may get."""
    return subprocess.run(
        [sys.executable, "-m", "mooring.delivery.image", *arguments],
        env={**os.environ, "PYTHONHASHSEED": "0", **environ},
        capture_output=True,
        text=True,
        preexec_fn=(
            (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        ),
    )


def lock_of(archive: Path, into: Path, **altered: object) -> Path:
    """The lock of a base archive, as `mooring images base` writes it."""
    image = open_archive(archive)
    platforms = {
        each.platform: {"manifest": each.digest, "packages": []} for each in image.platforms
    }
    size = sum(each["size"] for each in image.descriptors())
    document = {"format": 1, "digest": image.digest, "bytes": size, "source": {"kind": "debian"}}
    into.write_text(json.dumps({**document, "platforms": platforms, **altered}))
    return into


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A layer of two modules of ours, with what makes a PEX beside them."""
    tree = tmp_path / "tree"
    for path in ("mooring/a.py", "models/m/b.py", ".bootstrap/pex.py", "__main__.py"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("x = 1\n")
    done = run(
        *(
            "files",
            f"--tree={tree}",
            "--at=opt/code",
            "--title=code",
            f"--into={tmp_path / 'code'}",
        ),
        *("--without=models", "--without=.bootstrap", "--without=__main__.py"),
    )
    assert done.returncode == 0, done.stderr
    describe_libraries(tmp_path / "code", Libraries("", {"linux/amd64": (), "linux/arm64": ()}))
    return tmp_path / "code"


def test_only_the_files_asked_for_come_into_a_layer(code: Path) -> None:
    (layer,) = described_layers(code)
    listed = subprocess.run(
        ["tar", "tzf", code / blob_path(layer.digest)], capture_output=True, text=True, check=True
    )
    files = [line for line in listed.stdout.split() if not line.endswith("/")]
    assert files == ["opt/code/mooring/__pycache__/a.cpython-311.pyc", "opt/code/mooring/a.py"]


def test_the_locked_base_comes_from_the_cache(tmp_path: Path) -> None:
    archive = small_archive(tmp_path, name="base")
    lock = lock_of(archive, tmp_path / "base.lock.json")
    cache = tmp_path / "cache/base"
    cache.mkdir(parents=True)
    digest = open_archive(archive).digest
    archive.rename(cache / f"{digest.removeprefix('sha256:')}.oci.tar")
    done = run(
        "base", f"--lock={lock}", f"--into={tmp_path / 'out'}", MOORING_CACHE=str(cache.parent)
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / blob_path(digest)).is_file()


def test_a_missing_base_names_the_command_that_makes_it(tmp_path: Path) -> None:
    lock = lock_of(small_archive(tmp_path), tmp_path / "base.lock.json")
    done = run("base", f"--lock={lock}", f"--into={tmp_path / 'out'}", MOORING_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert "the base image is not in the cache" in done.stderr
    assert "./mooring images base" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_base_of_another_digest_is_refused(tmp_path: Path) -> None:
    archive = small_archive(tmp_path)
    other = "sha256:" + "1" * 64
    lock = lock_of(archive, tmp_path / "base.lock.json", digest=other)
    (tmp_path / "base").mkdir()
    archive.rename(tmp_path / f"base/{'1' * 64}.oci.tar")
    done = run("base", f"--lock={lock}", f"--into={tmp_path / 'out'}", MOORING_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert f"not {other}" in done.stderr


def locked_layout(folder: Path) -> None:
    """A base as the step before leaves it."""
    small_layout(folder / "base")
    lock_of(small_archive(folder), folder / "base/base.lock.json")


def image_step(base: Path, code: Path, into: Path, limit: int | None = None) -> tuple[int, str]:
    done = run(
        *("image", f"--base={base}", f"--layers={code}", "--name=gateway", f"--into={into}"),
        *("--entrypoint=python3.11", "--env=A=b=c", "--port=8080"),
        limit=limit,
    )
    return done.returncode, done.stderr


def test_the_steps_make_an_archive_that_is_whole(tmp_path: Path, code: Path) -> None:
    locked_layout(tmp_path)
    assert image_step(tmp_path / "base", code, tmp_path / "out") == (0, "")
    archive = open_archive(tmp_path / "out/image.tar")
    archive.check()
    assert archive.name == "gateway"
    assert "A=b=c" in archive.platforms[0].config["config"]["Env"]
    bill = json.loads(archive.member("sbom.cdx.json"))
    assert bill["metadata"]["component"]["version"] == archive.digest


def test_a_full_disk_is_named_and_leaves_no_archive(tmp_path: Path, code: Path) -> None:
    locked_layout(tmp_path)
    status, message = image_step(tmp_path / "base", code, tmp_path / "out", limit=4096)
    assert status == 1
    assert "File too large" in message
    assert list((tmp_path / "out").iterdir()) == []


def test_a_base_for_a_platform_that_the_libraries_lack_is_named(tmp_path: Path) -> None:
    small_layout(tmp_path / "base")
    half = tmp_path / "half"
    half.mkdir()
    (half / "blobs/sha256").mkdir(parents=True)
    layer = {"digest": "sha256:0", "size": 1, "diff_id": "sha256:1", "unpacked": 1}
    half_layers = [{**layer, "title": "libraries", "platform": "linux/amd64"}]
    (half / "layers.json").write_text(json.dumps(half_layers))
    status, message = image_step(tmp_path / "base", half, tmp_path / "out")
    assert status == 1
    assert message.startswith("image: linux/arm64: the base has this platform")
