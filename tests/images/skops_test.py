"""A service whose champion is served by skops: its libraries are enough to load one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.blobs import blob_path
from tests.images.content import unpack

LIBRARIES = Path("deploy/service-skops-libraries")


def test_its_libraries_have_all_that_its_runtime_imports(tmp_path: Path) -> None:
    # No released model is served by skops: the code is another service's.
    unpack("flight_delay", "linux/amd64", tmp_path)
    code, libs = tmp_path / "opt/mooring/bento/src", tmp_path / "opt/mooring/libraries"
    shutil.rmtree(libs)
    (layer,) = [each for each in described_layers(LIBRARIES) if each.platform == "linux/amd64"]
    with tarfile.open(LIBRARIES / blob_path(layer.digest)) as tar:
        tar.extractall(tmp_path, filter="data")
    script = f"import sys; sys.path[:0] = {[str(code), str(libs)]!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script + "import mooring.bundle.skops_runtime"],
        env={"HOME": str(tmp_path), "PATH": os.defpath},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
