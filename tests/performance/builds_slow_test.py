"""Nothing is built that did not change, and what is built depends on its content alone.

Real Pants in new checkouts with empty caches, in different folders; see `builds.py`. Needs the base
image in the cache and a package index.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.performance.builds import Built, cloned, measured, row

IMAGES = {"flight_delay", "flight_time", "gateway"}


@dataclass(frozen=True)
class Table:
    """Each change, what was built after it, and what was there before."""

    rows: dict[str, tuple[Built, Built | None]]

    def ran(self, name: str) -> int:
        return self.rows[name][0].ran

    def rebuilt(self, name: str) -> list[str]:
        built, before = self.rows[name]
        assert before
        return built.since(before)[0]

    def new_layers(self, name: str) -> int:
        """Blobs that are no documents: those of one image are five, and small."""
        built, before = self.rows[name]
        assert before
        new = built.blobs.keys() - before.blobs.keys()
        return sum(built.blobs[each] > LARGEST_DOCUMENT for each in new)


# Bytes. The code layer of the gateway has 140,000.
LARGEST_DOCUMENT = 20_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    with cloned(tmp_path_factory.mktemp("one")) as clone:
        rows = {}
        for name, built, before in measured(clone):
            rows[name] = (built, before)
            # With `-s` it is the table of docs/build.md as well.
            sys.stdout.write(row(name, built, before) + "\n")
        yield Table(rows)


def test_every_service_has_an_image(table: Table) -> None:
    assert table.rows["everything, empty caches"][0].digests.keys() == IMAGES


def test_a_second_run_runs_no_process(table: Table) -> None:
    assert table.ran("everything, empty caches") > 0
    assert table.ran("nothing") == 0
    assert table.rebuilt("nothing") == []


def test_a_line_of_the_gateway_makes_one_layer_of_one_image_anew(table: Table) -> None:
    assert table.rebuilt("one line of the gateway") == ["gateway"]
    assert table.new_layers("one line of the gateway") == 1


def test_a_release_makes_one_layer_of_its_models_image_anew(table: Table) -> None:
    assert table.rebuilt("one release of flight_delay") == ["flight_delay"]
    assert table.new_layers("one release of flight_delay") == 1


def test_a_lock_makes_only_the_images_that_hold_it_anew(table: Table) -> None:
    assert table.rebuilt("one package out of gateway.lock") == ["gateway"]


def test_documentation_makes_no_image_anew(table: Table) -> None:
    assert table.rebuilt("a sentence of the README") == []
    assert table.ran("a sentence of the README") == 0


def test_another_checkout_with_empty_caches_builds_the_same_images(
    table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, _ = table.rows["everything, empty caches"]
    with cloned(tmp_path_factory.mktemp("another") / "deeper") as clone:
        second = clone.package()
    assert second.ran > 0
    assert second.digests == first.digests
