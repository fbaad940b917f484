"""The gateway process obeys the routing document, also when it is killed or told to look."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from mooring.gateway.testing import process
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, ask, until, until_ready, write_routing
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import answered_by, document

# Only a signal makes it look.
NEVER = {"MOORING_ROUTING_SECONDS": "60"}


def until_version(port: int, version: int) -> None:
    body = json.dumps({"instances": [ROW]})
    path = "/v1/models/voyage_delay:predict"
    until(
        lambda: ask(port, "POST", path, body, JSON),
        lambda answer: answer.status == 200 and answered_by(answer) == version,
    )


def test_a_hangup_makes_it_look_at_once(
    tmp_path: Path, one: FakeUpstream, two: FakeUpstream
) -> None:
    path = tmp_path / "routing.json"
    write_routing(path, document(1, voyage_delay=one))
    with process.running(tmp_path, one.url, **NEVER) as gateway:
        until_version(gateway.port, 1)
        write_routing(path, document(2, voyage_delay=two))
        gateway.stop(signal.SIGHUP)
        until_version(gateway.port, 2)
        gateway.stop(signal.SIGTERM)
        assert gateway.exit_code() == 0


def test_it_starts_again_without_the_document_after_it_was_killed(
    tmp_path: Path, one: FakeUpstream
) -> None:
    path = tmp_path / "routing.json"
    write_routing(path, document(1, voyage_delay=one))
    with process.running(tmp_path, one.url) as gateway:
        until_ready(gateway.port)
        until((tmp_path / "gateway" / "routing.json").exists, bool)
        gateway.stop(signal.SIGKILL)
        gateway.exit_code()
    path.unlink()
    path.symlink_to(tmp_path / "share that is gone" / "routing.json")
    with process.running(tmp_path, one.url) as gateway:
        until_version(gateway.port, 1)
