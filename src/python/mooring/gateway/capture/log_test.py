"""What the gateway answers stands in the log, and only what may stand there."""

from __future__ import annotations

from pathlib import Path

from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, ROW, VERSION
from mooring.gateway.testing.gateway import gateway, until
from mooring.gateway.testing.upstream import Behaviour, upstream
from mooring.predictionlog.reader import predictions

MODEL = "voyage_delay"


def test_every_answered_row_is_remembered_with_what_it_was_made_of(tmp_path: Path) -> None:
    log = LogSettings(home=tmp_path, gateway="east")
    rows = [ROW | {"hour": hour, "wind": None if hour else 2.5} for hour in range(3)]
    with upstream() as service, gateway(service.url, log=log) as running:
        running.until_ready()
        answer = running.predict(*rows).json
    (batch,) = predictions(tmp_path, MODEL)
    assert list(batch.ids) == answer["prediction_ids"]
    assert list(batch.values) == answer["predictions"]
    assert (batch.context.bundle, batch.context.version) == (BUNDLE, VERSION)
    assert batch.context.contract == CONTRACT.digest
    assert (batch.context.role, batch.protocol, batch.caller) == ("champion", "native", "")
    assert batch.columns == {
        "origin": ["JFK"] * 3, "ship": ["Aurora"] * 3, "hour": [0.0, 1.0, 2.0],
        "wind": [2.5, None, None], "haven": [None] * 3, "loaded": [1.0] * 3,
    }  # fmt: skip
    assert 0 < batch.seconds < 20
    assert list((tmp_path / "predictions" / MODEL).iterdir()) == [
        tmp_path / "predictions" / MODEL / "east"
    ]


def test_a_scrape_accounts_for_every_record(tmp_path: Path) -> None:
    log = LogSettings(home=tmp_path)
    labels = {"log": "predictions", "model": MODEL}
    with upstream() as service, gateway(service.url, log=log) as running:
        running.until_ready()
        for _ in range(20):
            running.predict(ROW, ROW)
        until(
            lambda: running.counted("mooring_capture_written_total", **labels),
            lambda written: written == 40,
        )
        assert running.counted("mooring_capture_accepted_total", **labels) == 40
        assert running.counted("mooring_capture_queued", **labels) == 0
        assert running.counted("mooring_capture_writer_starts_total") == 1


def test_a_sample_of_nothing_remembers_nothing(tmp_path: Path) -> None:
    log = LogSettings(home=tmp_path, sample=0.0)
    with upstream() as service, gateway(service.url, log=log) as running:
        running.until_ready()
        assert running.predict(ROW).status == 200
    assert list(predictions(tmp_path, MODEL)) == []


def test_a_home_that_cannot_be_written_fails_no_prediction(tmp_path: Path) -> None:
    (tmp_path / "predictions").write_text("a file where a folder should be")
    log = LogSettings(home=tmp_path, flush_seconds=0.2)
    labels = {"log": "predictions", "model": MODEL}
    with upstream(Behaviour()) as service, gateway(service.url, log=log) as running:
        running.until_ready()
        assert [running.predict(ROW).status for _ in range(10)] == [200] * 10
        until(lambda: running.counted("mooring_capture_refused"), lambda refused: refused == 1.0)
        assert running.counted("mooring_capture_queued", **labels) == 10
