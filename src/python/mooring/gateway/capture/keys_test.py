"""Labels with real keys, at the gateway that predicted and at its twin with the same secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mooring.gateway.auth.settings import AuthSettings
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.settings import Settings
from mooring.gateway.testing.gateway import JSON, RunningGateway, gateway
from mooring.gateway.testing.keys import BODY, PREDICT, KeysOnDisk, bearer
from mooring.gateway.testing.upstream import upstream
from mooring.predictionlog.reader import labels, predictions

MODEL = "voyage_delay"
SECRET = "a secret of thirty-two characters".replace(" ", "-")


@contextmanager
def serving(url: str, keys: KeysOnDisk, home: Path, name: str) -> Iterator[RunningGateway]:
    settings = Settings(
        port=0, learn_seconds=0.01, watch_seconds=0.05, authentication="keys",
        auth=AuthSettings(keys_file=keys.path),
    )  # fmt: skip
    log = LogSettings(home=home, gateway=name, id_secret=SECRET)
    with gateway(url, settings, log=log) as running:
        running.until_ready()
        yield running


def predicted(running: RunningGateway, key: str) -> str:
    answer = running.post(PREDICT, BODY, {**JSON, **bearer(key)})
    return str(answer.json["prediction_ids"][0])


def label(running: RunningGateway, key: str, name: str) -> int:
    said = {"prediction_id": name, "label": True, "observed_at": "2013-04-01T12:00:00Z"}
    body = json.dumps({"labels": [said]})
    return running.post(f"/v1/models/{MODEL}:feedback", body, {**JSON, **bearer(key)}).status


@pytest.fixture
def keys(tmp_path: Path) -> KeysOnDisk:
    return KeysOnDisk(tmp_path / "keys.json")


def test_a_label_is_taken_from_who_predicted_or_from_a_labeler_at_any_gateway(
    tmp_path: Path, keys: KeysOnDisk
) -> None:
    both = ("predict", "feedback")
    ours, theirs = keys.add("ours", both), keys.add("theirs", both)
    new, labeler = keys.add("ours", both), keys.add("desk", ("labeler",))
    silent = keys.add("ours", ("predict",))
    with (
        upstream() as service,
        serving(service.url, keys, tmp_path, "east") as east,
        serving(service.url, keys, tmp_path, "west") as west,
    ):
        name, other = predicted(east, ours), predicted(east, ours)
        assert label(west, theirs, name) == 403
        assert label(west, silent, name) == 403, "a key without the scope"
        assert label(west, new, name) == 200, "another key of the same caller"
        assert label(east, labeler, other) == 200
    assert [batch.caller for batch in predictions(tmp_path, MODEL)] == ["ours"] * 2
    found = [(batch.caller, batch.right) for batch in labels(tmp_path, MODEL)]
    assert sorted(found) == [("desk", "labeler"), ("ours", "predictor")]
