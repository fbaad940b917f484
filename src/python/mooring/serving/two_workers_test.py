"""A real service of two workers: asked, counted and ended as one of one worker is.

Which of them answers is the kernel's choice; a test that wants to choose stops the other.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from pathlib import Path

import pytest

from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.contract.request import RequestSchema
from mooring.contract.wire import CONTENT_TYPE, encode_columns
from mooring.serving.testing.process import BOOT_SECONDS, Service, serving
from mooring.serving.testing.referred import with_reference

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="asks the Linux kernel"
)


@contextmanager
def pair(folder: Path, bundle: Bundle, **environ: str) -> Iterator[Service]:
    """A service whose two workers both serve."""
    # What a killed supervisor cannot remove goes with the test's own folder.
    two = {"MOORING_BUNDLE": str(bundle.path), "MOORING_WORKERS": "2", "TMPDIR": str(folder)}
    with serving(folder, **two, **environ) as service:
        assert service.first_readiness()[0] == 200, service.output.read_text()
        until_ready(service)
        yield service


@pytest.fixture(scope="module")
def service(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    referred = with_reference(bundle, tmp_path_factory.mktemp("referred"))
    with pair(tmp_path_factory.mktemp("two"), referred) as running:
        yield running


def until_ready(service: Service, boots: int = 2) -> list[int]:
    """The two workers that live, once so many have told that they serve."""
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline:
        workers = service.workers()
        if len(workers) == 2 and service.output.read_text().count("is ready after") >= boots:
            return workers
        time.sleep(0.05)
    raise AssertionError(service.output.read_text())


def folder_of(worker: int) -> Path:
    """Where a worker counts, as it was told when it started."""
    environ = Path(f"/proc/{worker}/environ").read_text().split("\0")
    (folder,) = [v for v in environ if v.startswith("MOORING_METRICS_FOLDER=")]
    return Path(folder.partition("=")[2])


@contextmanager
def only(worker: int, workers: list[int]) -> Iterator[None]:
    """Let this one answer, and no other."""
    with ExitStack() as stack:
        for other in workers:
            if other != worker:
                os.kill(other, signal.SIGSTOP)
                stack.callback(os.kill, other, signal.SIGCONT)
        yield


def predict(service: Service, bundle: Bundle) -> tuple[int, Message]:
    rows = [s.instance for s in samples_of(bundle)]
    body = encode_columns(bundle.contract, RequestSchema(bundle.contract).check_all(rows))
    known = {"Content-Type": CONTENT_TYPE, "Mooring-Contract": bundle.contract.digest}
    status, response, _ = service.request("POST", "/columns", body, known)
    return status, response.headers


def scraped(service: Service) -> str:
    return service.request("GET", "/metrics")[2].decode()


def predicted(service: Service) -> float:
    (line,) = [
        x
        for x in scraped(service).splitlines()
        if x.startswith("mooring_service_predictions_total{")
    ]
    return float(line.split()[-1])


def test_each_counts_and_any_of_them_tells_the_sum(service: Service, bundle: Bundle) -> None:
    workers, before = until_ready(service), predicted(service)
    for worker in workers:
        with only(worker, workers):
            assert predict(service, bundle)[0] == 200
    for worker in workers:
        with only(worker, workers):
            assert predicted(service) == before + 2 * len(samples_of(bundle))
            exposed = scraped(service)
            assert "pid=" not in exposed
            assert exposed.count("mooring_model_info{") == 1
            assert "process_cpu_seconds_total" in exposed


def binned(service: Service, feature: str) -> float:
    """Rows in all bins of a feature."""
    found = re.findall(
        rf'^mooring_feature_bin_total{{.*feature="{feature}".*}} (\S+)$', scraped(service), re.M
    )
    return sum(map(float, found))


def test_rows_in_bins_are_those_of_both_within_seconds(service: Service, bundle: Bundle) -> None:
    workers, before = until_ready(service), binned(service, "carrier")
    for worker in workers:
        with only(worker, workers):
            assert predict(service, bundle)[0] == 200
    wanted = before + 2 * len(samples_of(bundle))
    deadline = time.monotonic() + BOOT_SECONDS
    while binned(service, "carrier") < wanted and time.monotonic() < deadline:
        time.sleep(0.05)  # whoever is not asked publishes by itself
    assert binned(service, "carrier") == binned(service, "@score") == wanted


def test_one_that_is_killed_is_followed_by_one_that_counts_on(
    service: Service, bundle: Bundle
) -> None:
    predict(service, bundle)
    workers, before = until_ready(service), predicted(service)
    os.kill(workers[0], signal.SIGKILL)
    handle = os.pidfd_open(workers[1])
    now = until_ready(service, boots=3)
    assert not select.select([handle], [], [], 0)[0]
    os.close(handle)
    assert predicted(service) == before
    for worker in now:
        with only(worker, now):
            assert predict(service, bundle)[0] == 200
    assert predicted(service) == before + 2 * len(samples_of(bundle))


def test_told_to_end_both_drain_and_nothing_is_left(bundle: Bundle, tmp_path: Path) -> None:
    with pair(tmp_path, bundle, MOORING_DRAIN_SECONDS="3600") as service:
        workers = service.workers()
        folder = folder_of(workers[0])
        service.process.send_signal(signal.SIGTERM)
        for worker in workers:
            with only(worker, workers):
                assert service.readiness_becomes(503) == b"tiny is draining"
                status, headers = predict(service, bundle)
                assert (status, headers["Connection"]) == (200, "close")
        assert folder.is_dir()
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
        assert service.process.wait(20) == 0
        assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        assert not folder.exists()


def test_a_killed_supervisor_leaves_neither_behind(bundle: Bundle, tmp_path: Path) -> None:
    with pair(tmp_path, bundle) as service:
        handles = [os.pidfd_open(worker) for worker in service.workers()]
        service.process.kill()
        assert len(handles) == 2
        for handle in handles:
            assert select.select([handle], [], [], 20)[0] == [handle]
            os.close(handle)


def test_a_number_that_is_none_ends_it_with_one_line(bundle: Bundle, tmp_path: Path) -> None:
    environ = {"MOORING_BUNDLE": str(bundle.path), "MOORING_WORKERS": "two"}
    with serving(tmp_path, **environ) as service:
        assert service.process.wait(BOOT_SECONDS) == 1
    output = service.output.read_text()
    assert "MOORING_WORKERS: it is not a whole number from 1 to 64" in output
    assert "Traceback" not in output
