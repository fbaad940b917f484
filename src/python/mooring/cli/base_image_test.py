from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.cli.base_image import LOCK
from mooring.delivery.base.testing.archives import contents_of, write_base, write_tar
from mooring.delivery.base.testing.mirror import Made, Mirror, every_package, needs_apt
from mooring.delivery.sbom.bill import FILE_NAME


@dataclass(frozen=True)
class Checkout:
    """A workspace and a cache of a test's own."""

    root: Path
    mirror: Mirror

    @property
    def environ(self) -> Mapping[str, str]:
        return {"MOORING_CACHE": str(self.root / "cache")}

    def mooring(self, *arguments: object) -> Result:
        where = ["--workspace", str(self.root), "images"]
        return CliRunner().invoke(app, [*where, *map(str, arguments)], env=self.environ)

    def base(self, *options: str) -> Result:
        return self.mooring("base", "--sources", self.mirror.sources, *options)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    needs_apt()
    return Checkout(tmp_path, Mirror(tmp_path / "mirror").holds(every_package()))


def test_a_base_is_locked_and_then_there(checkout: Checkout) -> None:
    locked = checkout.base("--relock", "--json")
    again = checkout.base("--json")

    told, later = json.loads(locked.stdout), json.loads(again.stdout)
    assert (told["state"], later["state"]) == ("made", "was there already")
    assert told["digest"] == later["digest"]
    assert told["digest"] == json.loads((checkout.root / LOCK).read_bytes())["digest"]
    assert Path(told["archive"]).is_relative_to(checkout.root / "cache" / "base")
    assert later["changes"] == []


def test_a_person_is_shown_old_and_new_versions(checkout: Checkout) -> None:
    checkout.base("--relock")
    checkout.mirror.holds(every_package(Made("libssl3", "1.0-2")))

    done = checkout.base("--relock")

    assert [line.split("│")[1:5] for line in done.stdout.splitlines() if "libssl3" in line] == [
        [" linux/amd64 ", " libssl3 ", " 1.0-1  ", " 1.0-2 "],
        [" linux/arm64 ", " libssl3 ", " 1.0-1  ", " 1.0-2 "],
    ]


def test_what_is_wrong_is_one_line_with_the_cure(checkout: Checkout) -> None:
    done = checkout.base()

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("write it: ./mooring images base --relock")


def test_the_bill_of_an_image_is_printed_byte_for_byte(checkout: Checkout) -> None:
    path = checkout.root / "image.tar"
    write_base(path)
    bill = b'{"serialNumber": "urn:uuid:0", "text": ":smile: [bold] \xe2\x80\xa6"}\n'
    write_tar(path, {**contents_of(path), FILE_NAME: bill})

    assert checkout.mooring("sbom", path).stdout_bytes == bill


def test_an_image_without_a_bill_says_so(checkout: Checkout) -> None:
    path = checkout.root / "image.tar"
    write_base(path)

    done = checkout.mooring("sbom", path)

    assert done.exit_code == 1
    assert f"it has no file {FILE_NAME}" in done.stderr
