"""`mooring demo` as a person runs it: a process, real flights, real servers, real signals."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.contract.request import RequestSchema
from mooring.process.ports import free_ports

STAGE_SECONDS = 180


@dataclass(frozen=True)
class Demo:
    """A running demo: its process, and the files its two streams go to."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def wait_for_line(self, text: str) -> None:
        deadline = time.monotonic() + STAGE_SECONDS
        while text not in self.err.read_text():
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < deadline, self.err.read_text()
            time.sleep(0.02)


@dataclass(frozen=True)
class Place:
    """A home and ports of the test's own."""

    home: Path
    ports: tuple[int, ...]

    @contextmanager
    def demo(self, *options: str) -> Iterator[Demo]:
        flags = ("--gateway-port", "--metrics-port", "--service-port")
        ports = [text for pair in zip(flags, map(str, self.ports), strict=True) for text in pair]
        command = [sys.executable, "-m", "mooring.cli", "--home", str(self.home), "demo", *ports]
        out, err = self.home.with_suffix(".out"), self.home.with_suffix(".err")
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen([*command, *options], stdout=stdout, stderr=stderr)
        try:
            yield Demo(process, out, err)
        finally:
            process.kill()
            process.wait()

    def processes(self) -> list[str]:
        """Command lines of the processes that still mention this place's home or ports."""
        marks = {str(self.home), f"--port {self.ports[2]}"}
        return [line for line in _command_lines() if any(mark in line for mark in marks)]


def _command_lines() -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environ = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            ours = [word for word in environ if word.startswith(b"MOORING_")]
            yield b" ".join([*words, *ours]).decode(errors="replace")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home", free_ports(3))


def no_process_left(place: Place) -> bool:
    deadline = time.monotonic() + 30
    while place.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not place.processes()


def test_it_serves_what_scikit_learn_computes_until_ctrl_c_and_leaves_nothing(place: Place) -> None:
    with place.demo("--keep-up") as demo:
        demo.wait_for_line("until Ctrl-C")
        url, body, promised = _printed_curl(demo.out.read_text())
        answer = _post(url, body)
        with urllib.request.urlopen(f"http://127.0.0.1:{place.ports[1]}/metrics") as metrics:
            exported = metrics.read()
        demo.process.send_signal(signal.SIGINT)
        demo.process.wait(60)

    bundle = open_bundle(
        place.home / "demo" / "bundles" / answer["model"]["digest"][:16],
        expect=answer["model"]["digest"],
    )
    columns = RequestSchema(bundle.contract).parse(body.encode())
    offline = load_model(bundle, runtime="skops").predict(columns)
    tolerance = float(bundle.manifest.tolerance)
    np.testing.assert_allclose(answer["predictions"], offline, rtol=0, atol=tolerance)
    np.testing.assert_allclose(answer["predictions"], promised, rtol=0, atol=tolerance)
    assert b"mooring_" in exported
    assert demo.process.returncode == 0
    assert no_process_left(place)


def test_killed_at_any_stage_it_leaves_no_process_and_works_the_next_time(place: Place) -> None:
    for stage in ("Ingesting", "Training", "Judging", "Promoting", "Starting"):
        with place.demo() as demo:
            demo.wait_for_line(stage)
            demo.process.kill()
        assert no_process_left(place), stage

    with place.demo("--json") as demo:
        assert demo.process.wait(STAGE_SECONDS) == 0, demo.err.read_text()

    stages = json.loads(demo.out.read_text())["stages"]
    assert list(stages) == ["ingest", "train", "bless", "promote", "serve", "predict"]
    assert stages["predict"]["served vs scikit-learn"] <= 1e-5
    assert no_process_left(place)


def _printed_curl(printed: str) -> tuple[str, str, list[float]]:
    """The URL and the body of the curl that the demo prints, and the predictions it promises."""
    curl = re.search(r"^curl .*$", printed, re.MULTILINE)
    promised = re.search(r'^answers \{"predictions":(\[.*?\])', printed, re.MULTILINE)
    assert curl, printed
    assert promised, printed
    words = shlex.split(curl.group())
    return words[2], words[words.index("-d") + 1], json.loads(promised.group(1))


def _post(url: str, body: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body.encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))
