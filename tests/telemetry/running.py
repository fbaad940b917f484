"""The real gateway before the real service of a released model, which has two workers."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import read_release
from mooring.bundle.samples import samples_of
from mooring.drift.reference import read_reference
from mooring.gateway.testing import process as gateways
from mooring.gateway.testing.gateway import ask, until_ready
from mooring.serving.testing.process import BOOT_SECONDS, Service, serving
from tests.telemetry.exposed import Exposed

MODEL = "flight_delay"
VERSION = "2"
WORKERS = 2
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@dataclass(frozen=True)
class Running:
    """Both processes, and the bundle between them."""

    service: Service
    gateway: gateways.GatewayProcess
    bundle: Bundle

    @property
    def expected_rows(self) -> int:
        """Rows of the bundle's reference."""
        return read_reference(self.bundle.files[REFERENCE], place=REFERENCE).rows

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows that the model takes."""
        return [sample.instance for sample in samples_of(self.bundle)]

    def predict(self, **headers: str) -> None:
        """Send all rows through the gateway."""
        body = json.dumps({"instances": self.rows})
        known = {"Content-Type": "application/json", **headers}
        answer = ask(self.gateway.port, "POST", f"/v1/models/{MODEL}:predict", body, known)
        assert answer.status == 200, answer.body

    def predict_by_each_worker(self) -> None:
        """Send all rows to one worker, then to the other: the one that does not answer is held."""
        body = json.dumps({"instances": self.rows}).encode()
        for held in self.service.workers():
            os.kill(held, signal.SIGSTOP)
            try:
                known = {"Content-Type": "application/json"}
                status, _, answer = self.service.request("POST", "/predict", body, known)
                assert status == 200, answer
            finally:
                os.kill(held, signal.SIGCONT)

    def of_service(self) -> Exposed:
        """What the service shows, all that both workers have counted included."""
        return Exposed(self.service.request("GET", "/metrics")[2].decode())

    def of_gateway(self) -> Exposed:
        """What the gateway shows."""
        return Exposed(self.scraped())

    def scraped(self, accept: str = "text/plain") -> str:
        """What the gateway answers to whoever asks for that format."""
        url = f"http://127.0.0.1:{self.gateway.metrics_port}/metrics"
        request = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(answer.read().decode())


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Both, ready; ended at the end of the block."""
    bundle = champion()
    environ = {
        "MOORING_BUNDLE": str(bundle.path),
        "MOORING_MODEL_VERSION": VERSION,
        "MOORING_WORKERS": str(WORKERS),
    }
    with serving(folder, MODEL, **environ) as service:
        _until_both_serve(service)
        url = f"http://127.0.0.1:{service.port}"
        home = folder / "gateway"
        home.mkdir()
        (home / "routing.json").write_text(json.dumps(_routing(url, bundle)))
        with gateways.running(home, url) as gateway:
            until_ready(gateway.port)
            yield Running(service, gateway, bundle)


def champion() -> Bundle:
    """The released bundle."""
    home = Path("models", MODEL).absolute()
    released = read_release(home / "release.json", model=MODEL).release.champion
    assert released is not None
    return open_bundle(home / released.location, expect=released.bundle)


def _routing(url: str, bundle: Bundle) -> dict[str, Any]:
    target = {"urls": [url], "version": int(VERSION), "bundle": bundle.id}
    return {"format": 1, "version": 1, "models": {MODEL: {"champion": target}}}


def _until_both_serve(service: Service) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    while service.output.read_text().count("is ready after") < WORKERS:
        assert time.monotonic() < deadline, service.output.read_text()
        time.sleep(0.05)
