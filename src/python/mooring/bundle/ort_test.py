from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.bundle import ort

# In continuous integration ONNX Runtime is silent by itself.
SILENCED_BY = ("CI", "ORT_DISABLE_TELEMETRY")


def files_left(home: Path, command: str) -> list[str]:
    """What a process that loads ONNX Runtime leaves in its home."""
    inherited = {name: value for name, value in os.environ.items() if name not in SILENCED_BY}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    own = {"HOME": str(home), "XDG_CACHE_HOME": "", "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", command], env=inherited | own, timeout=60, check=True)
    return [path.name for path in home.rglob("*") if path.is_file()]


def test_loading_onnx_runtime_leaves_no_device_id_and_no_events(tmp_path: Path) -> None:
    assert files_left(tmp_path, f"import {ort.__name__}") == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the events are kept elsewhere")
def test_it_would_if_it_were_not_told(tmp_path: Path) -> None:
    """Should this ever fail, ONNX Runtime has changed its ways: look how it is told today."""
    assert "deviceid" in files_left(tmp_path, "import onnxruntime")
