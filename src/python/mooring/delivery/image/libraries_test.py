"""The third-party layer, from real wheels by the real installer; no index is asked."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.blobs import blob_path

PLATFORMS = ("linux/amd64", "linux/arm64")
TAGS = {
    "any": "py3-none-any",
    "linux/amd64": "cp311-cp311-manylinux_2_17_x86_64",
    "linux/arm64": "cp311-cp311-manylinux_2_17_aarch64",
}
# Where the test finds the installer that Pants built for it.
UV = Path("build-support/uv.pex").absolute()


@dataclass(frozen=True)
class Wheels:
    """A folder of wheels and the lock that names them."""

    folder: Path

    def add(self, name: str, platform: str, files: dict[str, str]) -> str:
        """Write a wheel; returns its hash as a lock has it."""
        path = self.folder / f"{name}-1.0-{TAGS[platform]}.whl"
        info = f"{name}-1.0.dist-info"
        files = {
            **files,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {TAGS[platform]}\n",
        }
        with zipfile.ZipFile(path, "w") as wheel:
            for at, text in files.items():
                wheel.writestr(at, text)
            record = "".join(f"{at},,\n" for at in (*files, f"{info}/RECORD"))
            wheel.writestr(f"{info}/RECORD", record)
        return f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"

    def lock(self, *lines: str) -> Path:
        """Write the lock."""
        path = self.folder / "small.lock"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path


@pytest.fixture
def wheels(tmp_path: Path) -> Wheels:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return Wheels(folder)


def build(lock: Path, into: Path, *more: str) -> subprocess.CompletedProcess[str]:
    commands = into.parent / "commands"
    commands.mkdir(exist_ok=True)
    (commands / "uv").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{UV}" "$@"\n')
    (commands / "uv").chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{commands}:{os.environ.get('PATH', '')}",
        "PYTHONHASHSEED": "0",
        "UV_FIND_LINKS": str(lock.parent),
        "UV_NO_INDEX": "1",
    }
    step = [sys.executable, "-m", "mooring.delivery.image", "libraries", f"--lock={lock}"]
    where = [f"--platform={each}" for each in PLATFORMS]
    end = ["--at=opt/libraries", f"--into={into}", *more]
    return subprocess.run([*step, *where, *end], env=environ, capture_output=True, text=True)


def files_of(folder: Path) -> dict[str, list[str]]:
    """The files of each platform's layer, below site-packages."""
    found = {}
    for layer in described_layers(folder):
        with tarfile.open(folder / blob_path(layer.digest)) as tar:
            files = [member.name for member in tar if member.isfile()]
        found[layer.platform] = [each.removeprefix("opt/libraries/") for each in files]
    return found


def test_each_platform_gets_its_own_wheels(wheels: Wheels, tmp_path: Path) -> None:
    pure = wheels.add("pure", "any", {"pure/__init__.py": "x = 1\n"})
    native = [wheels.add("native", each, {f"native/{each[-5:]}.so": ""}) for each in PLATFORMS]
    only = wheels.add("only_arm", "any", {"only_arm.py": ""})
    lock = wheels.lock(
        f"pure==1.0 {pure}",
        f"native==1.0 {' '.join(native)}",
        f"only-arm==1.0 ; platform_machine == 'aarch64' {only}",
    )
    done = build(lock, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    files = files_of(tmp_path / "out")
    assert "native/amd64.so" in files["linux/amd64"]
    assert "native/arm64.so" in files["linux/arm64"]
    assert "pure/__pycache__/__init__.cpython-311.pyc" in files["linux/arm64"]
    assert ["only_arm.py" in files[each] for each in PLATFORMS] == [False, True]


def test_what_serving_never_reads_is_left_out(wheels: Wheels, tmp_path: Path) -> None:
    line = wheels.add(
        "pure",
        "any",
        {
            "pure/__init__.py": "",
            "pure/py.typed": "",
            "pure/__init__.pyi": "",
            "pure/fast.c": "",
            "pure/tests/test_it.py": "",
            "pure/train/fit.py": "",
            "pure/train_helper.py": "",
        },
    )
    done = build(wheels.lock(f"pure==1.0 {line}"), tmp_path / "out", "--without=pure/train")
    assert done.returncode == 0, done.stderr
    assert sorted(files_of(tmp_path / "out")["linux/amd64"]) == [
        "pure-1.0.dist-info/METADATA",
        "pure-1.0.dist-info/WHEEL",
        "pure/__init__.py",
        "pure/__pycache__/__init__.cpython-311.pyc",
        "pure/__pycache__/train_helper.cpython-311.pyc",
        "pure/py.typed",
        "pure/train_helper.py",
    ]


def test_twice_is_the_same(wheels: Wheels, tmp_path: Path) -> None:
    line = wheels.add("pure", "any", {"pure/__init__.py": "KNOWN = {'a', 'b', 'c'}\n"})
    lock = wheels.lock(f"pure==1.0 {line}")
    for place in ("one", "another/place"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        assert build(lock, tmp_path / place).returncode == 0
    assert described_layers(tmp_path / "one") == described_layers(tmp_path / "another/place")


def test_a_wheel_with_another_hash_is_refused(wheels: Wheels, tmp_path: Path) -> None:
    wheels.add("pure", "any", {"pure/__init__.py": ""})
    lock = wheels.lock(f"pure==1.0 --hash=sha256:{'0' * 64}")
    done = build(lock, tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("image: small.lock: its libraries cannot be installed for linux/")
    assert "ash mismatch" in done.stderr
    assert not (tmp_path / "out/layers.json").exists()


def test_a_wheel_that_one_platform_lacks_is_named(wheels: Wheels, tmp_path: Path) -> None:
    line = wheels.add("native", "linux/amd64", {"native/a.so": ""})
    done = build(wheels.lock(f"native==1.0 {line}"), tmp_path / "out")
    assert done.returncode == 1
    assert "cannot be installed for linux/arm64" in done.stderr
    assert "native" in done.stderr


def test_a_lock_without_hashes_is_refused(wheels: Wheels, tmp_path: Path) -> None:
    wheels.add("pure", "any", {"pure/__init__.py": ""})
    done = build(wheels.lock("pure==1.0"), tmp_path / "out")
    assert done.returncode == 1
    assert "--hash" in done.stderr or "hash" in done.stderr.lower()


def test_tar_reads_a_layer(wheels: Wheels, tmp_path: Path) -> None:
    line = wheels.add("pure", "any", {"pure/__init__.py": ""})
    assert build(wheels.lock(f"pure==1.0 {line}"), tmp_path / "out").returncode == 0
    layer = described_layers(tmp_path / "out")[0]
    blob = (tmp_path / "out" / blob_path(layer.digest)).read_bytes()
    listed = subprocess.run(["tar", "tzf", "-"], input=blob, capture_output=True, check=True)
    assert b"opt/libraries/pure/__init__.py" in io.BytesIO(listed.stdout).read()
