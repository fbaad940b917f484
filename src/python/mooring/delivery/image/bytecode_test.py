"""Byte code that depends on the source alone; Python runs it without looking at the source."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = b"""
NAMES = {"alpha", "beta", "gamma"}
def known(name):
    return name in {"alpha", "beta", "gamma", "delta"}
"""

# Whatever ran before in the process, and whoever else holds the same strings.
COMPILE = """
import sys
from pathlib import Path
{before}
from mooring.delivery.image.bytecode import with_bytecode
from mooring.delivery.oci.entries import Entry
entries = [Entry(f"opt/{{each}}.py", content=Path({source!r})) for each in {names}]
pyc = {{e.path: e.content for e in with_bytecode(entries) if e.path.endswith(".pyc")}}
sys.stdout.buffer.write(pyc["opt/__pycache__/m.cpython-311.pyc"])
"""


def compiled(source: Path, *, before: str = "", names: tuple[str, ...] = ("m",)) -> bytes:
    code = COMPILE.format(before=before, source=str(source), names=names)
    environ = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, capture_output=True
    ).stdout


def test_the_process_that_compiles_leaves_no_trace(tmp_path: Path) -> None:
    # A real module of some size: its constants are held by many others here.
    (tmp_path / "m.py").write_bytes(Path(subprocess.__file__).read_bytes())
    busy = "import asyncio, subprocess, typing, json; held = sys.intern('stdin')"
    assert compiled(tmp_path / "m.py") == compiled(
        tmp_path / "m.py", before=busy, names=("a", "m", "z")
    )


def test_a_module_runs_from_its_byte_code(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_bytes(SOURCE)
    at = tmp_path / "__pycache__/m.cpython-311.pyc"
    at.parent.mkdir()
    at.write_bytes(compiled(tmp_path / "m.py"))
    # Unchecked: Python must not notice that the source says something else by now.
    (tmp_path / "m.py").write_text("raise SystemExit('compiled again')")
    told = subprocess.run(
        [sys.executable, "-c", "import m; print(m.known('beta'), m.known('omega'))"],
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True", "False"]


def test_a_source_for_another_python_has_no_byte_code() -> None:
    code = (
        "from mooring.delivery.image.bytecode import with_bytecode\n"
        "from mooring.delivery.oci.entries import Entry\n"
        "old = Entry('opt/old.py', content=b\"print 'python 2'\")\n"
        "print([entry.path for entry in with_bytecode([old, Entry('opt/x.txt')])])"
    )
    environ = {**os.environ, "PYTHONHASHSEED": "0"}
    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert told.stdout == "['opt/old.py', 'opt/x.txt']\n", told.stderr


def test_random_hashes_are_refused() -> None:
    code = (
        "from mooring.delivery.image.bytecode import with_bytecode\n"
        "from mooring.contract.errors import MooringError\n"
        "try: list(with_bytecode([]))\n"
        "except MooringError as error: print(error)"
    )
    environ = {**os.environ, "PYTHONHASHSEED": "random"}
    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert told.stdout.startswith("PYTHONHASHSEED: byte code differs"), told.stderr
