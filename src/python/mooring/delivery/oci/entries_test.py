import contextlib
import socket
from pathlib import Path

import pytest

from mooring.delivery.oci.entries import Entry, arranged, entries_of
from mooring.delivery.oci.errors import ImageUnbuildable


def test_a_mode_says_only_whether_a_file_can_be_run(tmp_path: Path) -> None:
    for name, mode in (("plain", 0o640), ("group", 0o664), ("program", 0o700)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    modes = {entry.path: oct(entry.mode) for entry in entries_of(tmp_path, "opt")}
    assert modes == {"opt/group": "0o644", "opt/plain": "0o644", "opt/program": "0o755"}


def test_links_to_files_and_folders_stay_links(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("x")
    (tmp_path / "to-file").symlink_to("folder/file")
    (tmp_path / "to-folder").symlink_to("folder")
    links = {e.path: e.target for e in entries_of(tmp_path, "a") if e.kind == "link"}
    assert links == {"a/to-file": "folder/file", "a/to-folder": "folder"}


def test_what_an_image_cannot_hold_is_named(tmp_path: Path) -> None:
    # A socket's path must be short.
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(tmp_path):
        listening.bind("socket")
        with pytest.raises(ImageUnbuildable, match="opt/socket: it is neither"):
            list(entries_of(tmp_path, "opt"))


def test_a_path_is_claimed_once() -> None:
    with pytest.raises(ImageUnbuildable, match="opt/a: two entries"):
        arranged([Entry("opt/a", content=b"1"), Entry("opt/a", content=b"2")])


def test_a_folder_that_is_given_keeps_its_mode() -> None:
    tmp = Entry("tmp", "folder", 0o1777)
    assert arranged([Entry("tmp/x"), tmp])[0] is tmp
