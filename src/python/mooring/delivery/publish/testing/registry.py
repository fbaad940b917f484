"""A real registry, Debian's docker-registry, on loopback and a port that it chooses itself."""

from __future__ import annotations

import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mooring.delivery.publish.patience import Patience
from mooring.delivery.publish.publish import Registry
from mooring.process.children import POLL_SECONDS, Child, Processes

PROGRAMS = ("docker-registry", "skopeo")

_SECONDS = 20.0
_LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")
_REQUEST = re.compile(r'"([A-Z]+) (/v2/\S*) HTTP')


# Tries follow each other at once: what is waited for is the registry, not the clock.
AT_ONCE = Patience(seconds=60, tries=4, first_wait=0.01)


def at(host: str, **more: Any) -> Registry:
    """A registry that is reached by plain HTTP, and asked again at once."""
    return Registry(host, insecure=True, patience=AT_ONCE, **more)


@dataclass(frozen=True)
class RunningRegistry:
    """A registry that runs: `host` is what is given to --registry."""

    host: str
    child: Child
    storage: Path

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request so far, from its own access log, in order.

        A last request of this function's own says when the log is complete; it is left out.
        """
        mark = f"/v2/mark/{time.monotonic_ns()}/tags/list"
        try:
            urllib.request.urlopen(f"http://{self.host}{mark}")
        except urllib.error.HTTPError as error:
            error.close()
        deadline = time.monotonic() + _SECONDS
        while (found := self._logged())[-1:] != [("GET", mark)]:
            assert time.monotonic() < deadline, "the registry logs its requests"  # noqa: S101
            time.sleep(POLL_SECONDS)
        return [each for each in found if not each[1].startswith("/v2/mark/")]

    def writes(self) -> list[tuple[str, str]]:
        """Those of the requests that change something or begin to."""
        return [each for each in self.requests() if each[0] not in ("GET", "HEAD")]

    def tags(self) -> set[str]:
        """`repository:tag` of everything in its storage that has a tag."""
        root = self.storage / "docker/registry/v2/repositories"
        links = root.glob("**/_manifests/tags/*/current/link")
        return {f"{link.parents[4].relative_to(root)}:{link.parents[1].name}" for link in links}

    def _logged(self) -> list[tuple[str, str]]:
        found = _REQUEST.findall(self.child.log.read_text(errors="replace"))
        return [(method, path) for method, path in found]


@contextmanager
def running_registry(folder: Path, more: str = "") -> Iterator[RunningRegistry]:
    """A registry whose configuration is ours and `more`. Skips where a program is missing."""
    skip_without_programs()
    storage = folder / "storage"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\n"
        f"storage: {{filesystem: {{rootdirectory: {storage}}}}}\n"
        f"http: {{addr: '127.0.0.1:0'}}\n{more}"
    )
    with Processes(folder) as processes:
        child = processes.start("registry", ["docker-registry", "serve", str(config)], {})
        processes.wait_until(child, lambda: bool(_host(child)), _SECONDS)
        yield RunningRegistry(_host(child), child, storage)


def skip_without_programs() -> None:
    """Skip the test where the machine lacks what it is about."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt install {program})")


def _host(child: Child) -> str:
    found = _LISTENING.search(child.log.read_text(errors="replace"))
    return found[1] if found else ""
