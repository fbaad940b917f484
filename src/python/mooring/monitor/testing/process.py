"""The monitor process itself, as an operator starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from mooring.monitor.__main__ import main

_MODULE = main.__module__.removesuffix(".__main__")
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class MonitorProcess:
    """A process that listens, and the port that it said it listens on."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a request."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as told:
                return told.status, told.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def shown(self) -> dict[str, float]:
        """Every series of `/metrics` by its name and labels, as in `name{a=1,b=2}`."""
        return parsed(self.get("/metrics")[1])

    def until(self, condition: Callable[[Mapping[str, float]], object]) -> dict[str, float]:
        """Wait until what is shown is so."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not condition(shown := self.shown()):
            if time.monotonic() > end:
                raise TimeoutError("what the test waits for never happened")
            time.sleep(0.02)
        return shown

    def stop(self, sig: int) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(sig)
        return self.process.wait(30)


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[MonitorProcess]:
    """A process that listens; killed at the end of the block if it still runs."""
    process = started(environ)
    try:
        yield MonitorProcess(process, _listening(process)["port"])
    finally:
        process.kill()
        process.communicate()


def started(environ: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a process with these settings and no others of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOORING_")}
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE],
        env={**kept, "PYTHONPATH": path, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(environ: Mapping[str, str]) -> tuple[int, list[str]]:
    """Run a process that is expected to end by itself; its exit code and its lines on stderr."""
    process = started(environ)
    try:
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, errors.splitlines()


def parsed(text: str) -> dict[str, float]:
    """The series of an exposition."""
    return {
        _name(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _name(name: str, labels: Mapping[str, str]) -> str:
    told = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name}{{{told}}}" if told else name


def _listening(process: subprocess.Popen[str]) -> dict[str, Any]:
    if process.stderr is None:
        raise ValueError("start the process with its stderr piped")
    for line in process.stderr:
        entry: dict[str, Any] = json.loads(line)
        if entry["message"] == "monitor is listening":
            return entry
    raise ChildProcessError(f"the monitor ended with {process.wait()}")
