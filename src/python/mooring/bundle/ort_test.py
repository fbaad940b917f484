from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.bundle import ort

LOAD = f"from {ort.__name__} import onnxruntime; print(onnxruntime.__version__)"


def files_left(home: Path, **environ: str) -> list[str]:
    """What a process that loads ONNX Runtime leaves in its home."""
    inherited = {name: value for name, value in os.environ.items() if name != VARIABLE}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    own = {"HOME": str(home), "XDG_CACHE_HOME": "", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", LOAD], env=inherited | own | environ, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == ort.onnxruntime.__version__
    return [path.name for path in home.rglob("*") if path.is_file()]


VARIABLE = "ORT_DISABLE_TELEMETRY"


def test_loading_onnx_runtime_leaves_no_device_id_and_no_events(tmp_path: Path) -> None:
    assert files_left(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the events are kept elsewhere")
def test_it_would_if_it_were_not_told(tmp_path: Path) -> None:
    """Should this ever fail, ONNX Runtime has changed its ways: look how it is told today."""
    assert "deviceid" in files_left(tmp_path, **{VARIABLE: "0"})
