"""The standard library, compiled: a container whose files are read-only would compile it anew at
each start.

Bytecode differs between releases of an interpreter, so the base's own compiles it, started from a
folder by its own loader. That needs no root, and this machine's architecture alone: bytecode is the
same on all.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from mooring.delivery.base.errors import InterpreterUnusable
from mooring.delivery.oci.entries import Entry

LIBRARY = "usr/lib/python3.11"

# This machine's name for itself -> platform, Debian's triplet, loader.
_HOSTS = {
    "x86_64": ("linux/amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("linux/arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}

# Marshal's version 2 has no back references: they tell which objects the compiler happened to
# share, which is nobody's promise. `unchecked` because a time stamp differs with each build.
_SCRIPT = """
import importlib.util, marshal, os, sys
source, target = sys.argv[1:]
for folder, folders, files in os.walk(source):
    for name in (name for name in files if name.endswith(".py")):
        path = os.path.join(folder, name)
        inside = os.path.relpath(path, source)
        with open(path, "rb") as file:
            content = file.read()
        code = compile(content, "/" + inside, "exec", dont_inherit=True, optimize=0)
        to = os.path.join(target, os.path.dirname(inside), "__pycache__")
        os.makedirs(to, exist_ok=True)
        head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
        head += importlib.util.source_hash(content)
        with open(os.path.join(to, name[:-3] + ".cpython-311.pyc"), "wb") as file:
            file.write(head + marshal.dumps(code, 2))
"""


def host_platform() -> str:
    """The platform whose programs run here; raises InterpreterUnusable."""
    return _host()[0]


def compiled(entries: Iterable[Entry], interpreter: Path, work: Path) -> list[Entry]:
    """The bytecode of the standard library among `entries`, made by the base that lies unpacked in
    the folder `interpreter`; `work` is an empty folder. Raises InterpreterUnusable.
    """
    sources = [entry for entry in entries if _is_source(entry)]
    if not sources:
        return []
    write_tree(sources, work / "source")
    _run(interpreter, work / "source", work / "target")
    made = sorted((work / "target").rglob("*.pyc"))
    return [
        Entry(path.relative_to(work / "target").as_posix(), content=path.read_bytes())
        for path in made
    ]


def write_tree(entries: Iterable[Entry], folder: Path) -> Path:
    """Write files and links below `folder`."""
    for entry in entries:
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.kind == "link":
            path.symlink_to(entry.target)
        elif isinstance(entry.content, bytes) and entry.kind == "file":
            path.write_bytes(entry.content)
            path.chmod(entry.mode)
    return folder


def _is_source(entry: Entry) -> bool:
    inside = entry.path.startswith(f"{LIBRARY}/") and entry.path.endswith(".py")
    return inside and entry.kind == "file"


def _run(root: Path, source: Path, target: Path) -> None:
    libraries = root / "usr/lib" / _host()[1]
    loader = [str(libraries / _host()[2]), "--library-path", str(libraries)]
    python = [str(root / "usr/bin/python3.11"), "-S", "-B", "-c", _SCRIPT]
    try:
        done = subprocess.run(
            [*loader, *python, str(source), str(target)],
            env=_environ(root),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise _unusable(root, f"cannot be started: {error.strerror}") from None
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise _unusable(root, f"ended with status {done.returncode}: {words[0]}")


def _unusable(root: Path, problem: str) -> InterpreterUnusable:
    return InterpreterUnusable(
        f"the base's own python {problem}",
        place=str(root),
        cure="Programs must be allowed to run from this folder; MOORING_CACHE chooses another.",
    )


def _environ(root: Path) -> Mapping[str, str]:
    return {"PYTHONHOME": str(root / "usr"), "PYTHONHASHSEED": "0", "LC_ALL": "C"}


def _host() -> tuple[str, str, str]:
    try:
        return _HOSTS[platform.machine()]
    except KeyError:
        raise InterpreterUnusable(
            f"no interpreter of the base runs on {platform.machine()}",
            place="this machine",
            cure="Make the base on x86_64 or aarch64, or pull it from a registry with --from.",
        ) from None
