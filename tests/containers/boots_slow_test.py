"""Numbers for docs/build.md: how long each image takes to its first ready answer, and its memory.

    ./pants --tag="['slow']" test tests/containers/boots_slow_test.py

They are in the report, dist/test/reports. The first boot is left out: it reads the image's files
from where the engine has just put them.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.containers.archives import GATEWAY, SERVICE, image_archive, tag_of
from tests.containers.engine import Engine
from tests.containers.stack import HARDENED, client, container, private_network

BOOTS = 10

# As if alone: other work on the machine gets what is left over.
MOST_SHARES = "262144"
FIRST_IN_LINE = ("--cpu-shares", MOST_SHARES)

# A gateway is live without its services, and ready only with them.
IMAGES = [
    pytest.param(SERVICE, 3000, "/readyz", id="model service"),
    pytest.param(GATEWAY, 8080, "/livez", id="gateway"),
]


@pytest.fixture
def options(tmp_path: Path) -> tuple[str, ...]:
    """What a gateway needs to start; the service does not mind."""
    target = {"urls": ["http://service:3000"], "version": 1, "bundle": "0" * 64}
    document = {"format": 1, "version": 1, "models": {"m": {"champion": target}}}
    path = tmp_path / "routing.json"
    path.write_text(json.dumps(document))
    return (
        *("--volume", f"{path}:/routing.json:ro", "--env", "MOORING_ROUTING=/routing.json"),
        *("--env", "MOORING_GATEWAY_AUTH=none"),
    )


@pytest.mark.parametrize(("place", "port", "probe"), IMAGES)
def test_boots(
    engine: Engine,
    options: tuple[str, ...],
    place: str,
    port: int,
    probe: str,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    for archive in map(image_archive, {place, GATEWAY}):
        engine.docker("load", "--input", str(archive.path))
    for group in Path("/sys/fs/cgroup").glob("cpu/mooring-engine-*/cpu.shares"):
        group.write_text(MOST_SHARES)
    image, asking = tag_of(image_archive(place)), tag_of(image_archive(GATEWAY))
    boots = []
    with private_network(engine) as network, client(engine, asking, network) as asker:
        for number in range(BOOTS + 1):
            name = f"booted-{number}"
            waiting = asker.begin_inside("ready", f"http://{name}:{port}{probe}")
            began = time.time()
            address = ("--network", network, "--network-alias", name)
            with container(engine, image, *HARDENED, *FIRST_IN_LINE, *address, *options) as booted:
                seconds = json.loads(waiting.communicate()[0])["at"] - began
                boots.append((seconds, booted.cpu_seconds(), booted.peak_memory_mb()))
    walls, cpu, memory = (sorted(each) for each in zip(*boots[1:], strict=True))
    for name, values in (("seconds", walls), ("seconds of CPU", cpu), ("peak MiB", memory)):
        record_testsuite_property(
            f"{place}: {name}, least, median and most",
            [round(each, 2) for each in (values[0], statistics.median(values), values[-1])],
        )
