"""That the real thing compiles is for `real_base_test`; here it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.delivery.base.bytecode import LIBRARY, compiled, host_platform, write_tree
from mooring.delivery.base.errors import InterpreterUnusable
from mooring.delivery.oci.entries import Entry

SOURCE = Entry(f"{LIBRARY}/this.py", content=b"s = 1\n")
LOADERS = {
    "linux/amd64": "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "linux/arm64": "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
}


@pytest.fixture
def loader() -> str:
    """Where this machine's loader lies in a base."""
    try:
        return LOADERS[host_platform()]
    except InterpreterUnusable as unusable:
        pytest.skip(str(unusable))


def test_without_a_library_there_is_nothing_to_compile(tmp_path: Path) -> None:
    elsewhere = Entry("usr/lib/python3/dist-packages/other.py", content=b"(")

    assert compiled([elsewhere], tmp_path / "root", tmp_path / "work") == []


def test_a_base_without_its_loader_is_said(tmp_path: Path, loader: str) -> None:
    with pytest.raises(InterpreterUnusable, match="python cannot be started: No such file"):
        compiled([SOURCE], tmp_path / "root", tmp_path / "work")


def test_a_folder_whose_programs_may_not_run_is_said(tmp_path: Path, loader: str) -> None:
    root = write_tree([Entry(loader, mode=0o644, content=b"#!/bin/sh\n")], tmp_path / "root")

    with pytest.raises(InterpreterUnusable, match=r"cannot be started: Perm.*MOORING_CACHE"):
        compiled([SOURCE], root, tmp_path / "work")


def test_the_last_words_of_a_python_that_fails_are_said(tmp_path: Path, loader: str) -> None:
    script = b"#!/bin/sh\necho Traceback >&2\necho SyntaxError: no >&2\nexit 3\n"
    root = write_tree([Entry(loader, mode=0o755, content=script)], tmp_path / "root")

    with pytest.raises(InterpreterUnusable, match="ended with status 3: SyntaxError: no"):
        compiled([SOURCE], root, tmp_path / "work")
