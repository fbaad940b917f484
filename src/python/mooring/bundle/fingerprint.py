"""Which libraries made a bundle, recorded whole and enforced narrowly.

An ONNX graph outlives library upgrades (only the runtime's major version matters); a skops file is
bound to the exact scikit-learn and skops that wrote it. So a lock bump does not kill a champion.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from mooring.bundle.errors import FingerprintMismatch
from mooring.bundle.manifest import Runtime

LIBRARIES = ("numpy", "onnxruntime", "scikit-learn", "skl2onnx", "skops")


def fingerprint() -> dict[str, str]:
    """The versions in this process: `{"python": "3.11", "numpy": …}`; absent libraries as ''."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python} | {name: _version(name) for name in LIBRARIES}


def check_fingerprint(recorded: Mapping[str, str], runtime: Runtime, *, place: str) -> None:
    """Raise FingerprintMismatch when this process cannot stand in for the one that trained."""
    exact = ("scikit-learn", "skops") if runtime == "skops" else ()
    pairs = [(name, recorded.get(name, ""), _version(name)) for name in exact]
    if runtime == "onnx":
        major = recorded.get("onnxruntime", "").split(".")[0]
        pairs.append(("onnxruntime", major, _version("onnxruntime").split(".")[0]))
    for name, wanted, found in pairs:
        if wanted != found:
            raise FingerprintMismatch(
                f"{runtime} needs {name} {wanted or 'unknown'}, here is {found or 'none'}",
                place=place,
                cure="Retrain with the present lock, or serve with the lock of the release.",
            )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
