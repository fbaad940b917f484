"""A key is replaced in the real process, under load, by SIGHUP alone."""

from __future__ import annotations

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from mooring.gateway.testing.gateway import JSON, ask, until, until_ready
from mooring.gateway.testing.keys import BODY, PREDICT, KeysOnDisk, bearer
from mooring.gateway.testing.process import running
from mooring.gateway.testing.upstream import upstream


def status(port: int, key: str) -> int:
    return ask(port, "POST", PREDICT, BODY, {**JSON, **bearer(key)}).status


def test_a_key_is_replaced_under_load_and_nobody_notices(tmp_path: Path) -> None:
    keys = KeysOnDisk(tmp_path / "keys.json")
    old, kept = keys.add("batch"), keys.add("kept")
    settings = {
        "MOORING_GATEWAY_AUTH": "keys",
        "MOORING_KEYS_FILE": str(keys.path),
        # Nobody looks by himself within this test.
        "MOORING_KEYS_RELOAD_SECONDS": "3600",
    }
    done, statuses = Event(), Counter[int]()

    def keep_asking(port: int) -> None:
        while not done.is_set():
            statuses[status(port, kept)] += 1

    with upstream() as service, running(tmp_path, service.url, **settings) as gateway:
        until_ready(gateway.port)
        with ThreadPoolExecutor(1) as threads:
            load = threads.submit(keep_asking, gateway.port)
            try:
                new = keys.add("batch")
                gateway.stop(signal.SIGHUP)
                until(lambda: status(gateway.port, new), lambda found: found == 200)
                assert status(gateway.port, old) == 200
                keys.remove(old)
                gateway.stop(signal.SIGHUP)
                until(lambda: status(gateway.port, old), lambda found: found == 401)
                assert status(gateway.port, new) == 200
            finally:
                done.set()
            load.result()
    assert set(statuses) == {200}
