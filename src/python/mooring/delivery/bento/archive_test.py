from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from mooring.delivery.bento.archive import archive_bento
from mooring.delivery.bento.errors import IngredientMissing


@pytest.fixture
def bento(tmp_path: Path) -> Path:
    (tmp_path / "bento" / "src").mkdir(parents=True)
    (tmp_path / "bento" / "bento.yaml").write_text("name: tiny\n")
    (tmp_path / "bento" / "src" / "long" / ("name" * 40)).mkdir(parents=True)
    (tmp_path / "bento" / "src" / "start.sh").write_text("#!/bin/sh\n")
    return tmp_path / "bento"


def test_the_bento_lies_at_the_root(bento: Path, tmp_path: Path) -> None:
    archive_bento(bento, tmp_path / "bento.tar")
    with tarfile.open(tmp_path / "bento.tar") as tar:
        modes = {entry.name: entry.mode for entry in tar}
        assert tar.extractfile("bento.yaml").read() == b"name: tiny\n"  # type: ignore[union-attr]
    assert modes == {
        "bento.yaml": 0o644,
        "src": 0o755,
        "src/long": 0o755,
        f"src/long/{'name' * 40}": 0o755,
        "src/start.sh": 0o755,
    }


def test_modes_times_and_the_order_on_disk_do_not_show(bento: Path, tmp_path: Path) -> None:
    archive_bento(bento, tmp_path / "one.tar")
    (bento / "src" / "start.sh").unlink()
    (bento / "src" / "start.sh").write_text("#!/bin/sh\n")
    (bento / "bento.yaml").chmod(0o600)
    os.utime(bento / "src", (1, 1))
    archive_bento(bento, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_what_is_no_bento_is_not_archived(tmp_path: Path) -> None:
    with pytest.raises(IngredientMissing, match=r"it has no bento\.yaml"):
        archive_bento(tmp_path, tmp_path / "bento.tar")
    assert list(tmp_path.iterdir()) == []
