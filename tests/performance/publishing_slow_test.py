"""Nothing is pushed that did not change: the real images, in a real registry; see `publishing.py`.

Needs skopeo and docker-registry, the base image in the cache and a package index.
"""

import pytest

from mooring.delivery.publish.testing.registry import skip_without_programs
from tests.performance.builds import cloned
from tests.performance.publishing import Published, measured

IMAGES = ["flight_delay", "flight_time", "gateway"]

# Bytes. Sources and a model of some hundred KB, compressed, and two configurations.
ONE_LAYER = 2_000_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Published]:
    skip_without_programs()
    with cloned(tmp_path_factory.mktemp("publishing")) as clone:
        return dict(measured(clone, tmp_path_factory.mktemp("registry")))


def test_an_empty_registry_gets_everything(table: dict[str, Published]) -> None:
    first = table["everything, into an empty registry"]
    assert first.pushed == IMAGES
    assert first.sent > 50 * ONE_LAYER


def test_a_second_time_nothing_is_written(table: dict[str, Published]) -> None:
    second = table["nothing, a second time"]
    assert (second.pushed, second.sent, second.kept, second.writes) == ([], 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "image"),
    [("one line of the gateway", "gateway"), ("one release of flight_delay", "flight_delay")],
)
def test_a_change_pushes_one_image_and_of_it_one_layer(
    table: dict[str, Published], change: str, image: str
) -> None:
    assert table[change].pushed == [image]
    assert 0 < table[change].sent < ONE_LAYER
