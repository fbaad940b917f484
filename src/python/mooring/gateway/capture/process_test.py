"""The log of a real gateway process when that is stopped, killed, and started again."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, ask, until, until_ready
from mooring.gateway.testing.process import GatewayProcess, running
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.predictionlog.reader import predictions

MODEL = "voyage_delay"


def predict(process: GatewayProcess, requests: int) -> list[str]:
    """The ids of so many answered predictions."""
    body = json.dumps({"instances": [ROW]})
    path = f"/v1/models/{MODEL}:predict"
    answers = [ask(process.port, "POST", path, body, JSON) for _ in range(requests)]
    return [name for answer in answers for name in answer.json["prediction_ids"]]


def logged(home: Path) -> list[str]:
    return [name for batch in predictions(home, MODEL) for name in batch.ids]


def left_open(home: Path) -> list[Path]:
    return list(home.rglob("*.open"))


def test_a_stopped_gateway_has_written_all_it_answered(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="0") as process:
        until_ready(process.port)
        names = predict(process, 50)
        process.stop(signal.SIGTERM)
        assert process.exit_code() == 0
        assert logged(tmp_path) == names
        assert left_open(tmp_path) == []


def test_the_writer_of_a_killed_gateway_writes_what_it_was_sent_and_ends(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url) as process:
        until_ready(process.port)
        names = predict(process, 50)
        # The first of them is on disk, so the writer is at work.
        until(lambda: left_open(tmp_path), bool)
        process.stop(signal.SIGKILL)
        process.exit_code()
        until(lambda: left_open(tmp_path), lambda left: not left)
    found = logged(tmp_path)
    assert found == names[: len(found)]
    assert found


def test_a_gateway_that_starts_again_continues_the_log(
    tmp_path: Path, service: FakeUpstream
) -> None:
    names: list[str] = []
    for _ in range(2):
        with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="0") as process:
            until_ready(process.port)
            names += predict(process, 5)
            process.stop(signal.SIGTERM)
            assert process.exit_code() == 0
    assert logged(tmp_path) == names
