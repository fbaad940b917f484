"""What the tests run inside a container, with the Python of the image and its own library alone.

    python3.11 -c <this file> VERB ARGUMENT…

Images have no shell and no curl, and the network is private: who wants to ask must be in it.
Every verb prints one line of JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

_TYPE = {"Content-Type": "application/json"}
_PATIENCE_SECONDS = 60.0

# Answers to every sender before the load counts as such.
_BEFORE = 50


def ask(method: str, url: str, body: str | None = None) -> dict[str, Any]:
    """One request on a connection of its own."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=_PATIENCE_SECONDS)
    try:
        connection.request(method, where.path, body, _TYPE if body else {})
        answer = connection.getresponse()
        return {"status": answer.status, "body": answer.read().decode()}
    finally:
        connection.close()


def ready(url: str) -> dict[str, float | None]:
    """Ask until the answer is 200; the time of that answer. A name that is not known yet may be
    known soon.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if ask("GET", url)["status"] == 200:
                return {"at": time.time()}
        except OSError:
            pass
        time.sleep(0.02)
    return {"at": None}


@dataclass
class Load:
    """What became of requests: `told` are the senders whom an answer asked to let go."""

    url: SplitResult
    body: str
    answered: int = 0
    told: int = 0
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, begun: threading.Barrier) -> None:
        """Send on one connection until an answer asks to let go of it, as a proxy would."""
        connection = http.client.HTTPConnection(self.url.netloc, timeout=_PATIENCE_SECONDS)
        try:
            for _ in range(_BEFORE):
                self._answer(connection)
            begun.wait(_PATIENCE_SECONDS)
            while not self._answer(connection):
                pass
        except Exception as error:
            begun.abort()
            with self.lock:
                self.failed.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _answer(self, connection: http.client.HTTPConnection) -> bool:
        connection.request("POST", self.url.path, self.body, _TYPE)
        answer = connection.getresponse()
        answer.read()
        with self.lock:
            self.answered += answer.status == 200
            self.told += answer.will_close
            if answer.status != 200:
                self.failed.append(str(answer.status))
        return answer.will_close


def load(url: str, body: str, senders: str) -> dict[str, Any]:
    """Send from several threads until all have been asked to let go.

    Says "started" once each has had some answers.
    """
    found, begun = Load(urlsplit(url), body), threading.Barrier(int(senders) + 1)
    threads = [threading.Thread(target=found.send, args=(begun,)) for _ in range(int(senders))]
    for thread in threads:
        thread.start()
    begun.wait(_PATIENCE_SECONDS)
    _say("started")
    for thread in threads:
        thread.join()
    return {"answered": found.answered, "told": found.told, "failed": found.failed}


def first_process() -> dict[str, list[str]]:
    """What the kernel says of the container's first process."""
    with open("/proc/1/status") as status:
        lines = [line.split(":", 1) for line in status]
    return {name: value.split() for name, value in lines}


def write(path: str) -> str | None:
    """The error of writing a file, or null."""
    try:
        with open(path, "w") as file:
            file.write("x")
    except OSError as error:
        return error.strerror
    return None


def execute(path: str) -> str | None:
    """The error of executing a script of one's own at `path`, or null."""
    with open(path, "w") as file:
        file.write("#!/usr/bin/env python3.11\n")
    os.chmod(path, 0o700)
    try:
        os.execv(path, [path])
    except OSError as error:
        return error.strerror
    return None


def connect(host: str, port: str) -> str | None:
    """The error of connecting, or null."""
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


VERBS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (ask, ready, load, first_process, write, execute, connect)
}

if __name__ == "__main__":
    _say(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
