"""What a change costs to publish: the real images, and a real registry on loopback.

    python -m tests.performance.publishing          a Markdown table, for docs/build.md

Needs skopeo and docker-registry, the base image in the cache (`./mooring images base`) and the
package index. Builds in a checkout of its own with this machine's caches.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.publish.archives import find_archives
from mooring.delivery.publish.lock import IMAGES_LOCK
from mooring.delivery.publish.publish import Outcome, Registry, publish
from mooring.delivery.publish.testing.registry import RunningRegistry, running_registry
from tests.performance.builds import Clone, cloned, gateway_edit, model_release

IMAGES = (
    "src/python/mooring/gateway:image",
    "models/flight_delay:image",
    "models/flight_time:image",
)

# Each after the one before; the first two publish the same build.
CHANGES: dict[str, Callable[[Clone], None]] = {
    "everything, into an empty registry": lambda clone: None,
    "nothing, a second time": lambda clone: None,
    "one line of the gateway": gateway_edit,
    "one release of flight_delay": model_release,
}


@dataclass(frozen=True)
class Published:
    """One run over all images: `kept` are the bytes by which the registry's storage of blobs and
    manifests grew, `writes` the requests that its log shows beside questions.
    """

    outcomes: tuple[Outcome, ...]
    kept: int
    writes: int
    seconds: float

    @property
    def pushed(self) -> list[str]:
        """Names of the images that were pushed."""
        return [each.name for each in self.outcomes if each.state == "pushed"]

    @property
    def sent(self) -> int:
        """Bytes of layers and configurations that travelled."""
        return sum(each.sent for each in self.outcomes)


def measured(clone: Clone, folder: Path) -> Iterator[tuple[str, Published]]:
    """Each change, packaged and published."""
    with running_registry(folder) as registry:
        for name, change in CHANGES.items():
            change(clone)
            _package(clone)
            yield name, _publish(clone, registry)


def _package(clone: Clone) -> None:
    """With the caches of this machine: what travels does not depend on who built it."""
    done = subprocess.run([clone.root / "pants", "package", *IMAGES], cwd=clone.root)
    done.check_returncode()


def _publish(clone: Clone, registry: RunningRegistry) -> Published:
    kept, writes, began = _stored(registry), len(registry.writes()), time.perf_counter()
    outcomes = tuple(
        publish(archive, Registry(registry.host, insecure=True), clone.root / IMAGES_LOCK)
        for archive in find_archives(clone.root)
    )
    seconds = time.perf_counter() - began
    return Published(outcomes, _stored(registry) - kept, len(registry.writes()) - writes, seconds)


def _stored(registry: RunningRegistry) -> int:
    blobs = registry.storage / "docker/registry/v2/blobs"
    return sum(path.stat().st_size for path in blobs.rglob("data"))


def row(name: str, published: Published) -> str:
    """A line of the table."""
    pushed = ", ".join(published.pushed) or "none"
    counts = f"{published.sent:,} | {published.kept:,} | {published.writes}"
    return f"| {name} | {pushed} | {counts} | {published.seconds:.1f} s |"


def main() -> None:
    """Print the table."""
    say = sys.stdout.write
    say("| Changed | images pushed | bytes sent | the registry grew by | writes | seconds |\n")
    say("|---|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder, cloned(Path(folder)) as clone:
        for name, published in measured(clone, Path(folder) / "registry"):
            say(row(name, published) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
