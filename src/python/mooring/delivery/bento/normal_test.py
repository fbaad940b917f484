from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mooring.delivery.bento.errors import UnknownBento
from mooring.delivery.bento.normal import EPOCH, normalise, settle

KNOWN = {"creation_time": "2013-01-01", "image": {"python_requirements": "numpy"}, "name": "tiny"}


def bento_of(folder: Path, document: object) -> Path:
    (folder / "env/python").mkdir(parents=True)
    (folder / "bento.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return folder


def test_what_is_not_of_the_build_is_kept(tmp_path: Path) -> None:
    bento = bento_of(tmp_path, KNOWN)
    normalise(bento, lock="numpy==2.0.0\n", created="2013-04-01")
    assert yaml.safe_load((bento / "bento.yaml").read_text()) == {
        "creation_time": "2013-04-01",
        "image": {"python_requirements": "numpy==2.0.0\n"},
        "name": "tiny",
    }


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({**KNOWN, "creation_time": 12}, id="a time that is no text"),
        pytest.param({n: v for n, v in KNOWN.items() if n != "creation_time"}, id="no time"),
        pytest.param({**KNOWN, "image": None}, id="no image"),
        pytest.param({**KNOWN, "image": {}}, id="an image without requirements"),
        pytest.param([], id="a list"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_bento_in_another_form_is_refused(tmp_path: Path, document: object) -> None:
    with pytest.raises(UnknownBento, match=r"bento\.yaml: it has no text at"):
        normalise(bento_of(tmp_path, document), lock="", created="")


def test_modes_and_times_are_settled_to_the_top(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "below").mkdir(parents=True, mode=0o700)
    (top / "below/file.txt").touch(mode=0o600)
    (top / "below/program.sh").touch(mode=0o700)
    settle(top)
    settled = {str(p.relative_to(tmp_path)): p.stat() for p in [top, *top.rglob("*")]}
    assert {name: oct(told.st_mode & 0o777) for name, told in settled.items()} == {
        "top": "0o755",
        "top/below": "0o755",
        "top/below/file.txt": "0o644",
        "top/below/program.sh": "0o755",
    }
    assert {told.st_mtime for told in settled.values()} == {EPOCH}
