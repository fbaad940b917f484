"""Wheels in a folder, so that a repository can install libraries where no index is reachable."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

# What an installer writes beside what the wheel held.
_OF_THE_INSTALLER = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def write_wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel of one module, `name`, that knows its own version."""
    info = f"{name}-{version}.dist-info"
    return _write(
        folder / f"{name}-{version}-py3-none-any.whl",
        {
            f"{name}.py": f'VERSION = "{version}"\n'.encode(),
            f"{info}/METADATA": (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
            ),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        },
        info,
    )


def pack_installed(folder: Path, name: str) -> list[str]:
    """Wheels of a pure library that is installed here and of those it needs, and their pins."""
    pins = []
    for found in _with_requirements(name, {}).values():
        files = {str(path): found.locate_file(path) for path in found.files or ()}
        held = {
            path: Path(str(where)).read_bytes()
            for path, where in files.items()
            if not path.startswith("..") and "__pycache__" not in path
            if Path(path).name not in _OF_THE_INSTALLER
        }
        info = next(path.split("/")[0] for path in held if ".dist-info/" in path)
        _write(folder / f"{info.removesuffix('.dist-info')}-py3-none-any.whl", held, info)
        pins.append(f"{found.name}=={found.version}")
    return pins


def _with_requirements(
    name: str, found: dict[str, metadata.Distribution]
) -> dict[str, metadata.Distribution]:
    distribution = metadata.distribution(name)
    found[distribution.name] = distribution
    for needed in map(Requirement, distribution.requires or ()):
        known = any(needed.name.lower() == name.lower() for name in found)
        if not known and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
            _with_requirements(needed.name, found)
    return found


def _write(path: Path, files: Mapping[str, bytes], info: str) -> Path:
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
        wheel.writestr(f"{info}/RECORD", "".join(_record(files, info)))
    return path


def _record(files: Mapping[str, bytes], info: str) -> Iterator[str]:
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        yield f"{name},sha256={digest},{len(content)}\n"
    yield f"{info}/RECORD,,\n"
