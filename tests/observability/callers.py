"""Somebody who asks for real flights, says later what became of them, and makes mistakes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from models.flight_delay.contract import CONTRACT
from mooring.data.columns import instances_from, labels_from
from mooring.gateway.testing.gateway import JSON, ask
from tests.observability.flights import MODEL, flights

_ROWS = 25
# Some ten calls a second: they are to be seen, not to be a load.
_PAUSE_SECONDS = 0.1

_PREDICT = f"/v1/models/{MODEL}:predict"
_FEEDBACK = f"/v1/models/{MODEL}:feedback"


@contextmanager
def asking(port: int) -> Iterator[None]:
    """Ask until the block ends. What goes wrong there is raised here."""
    over = threading.Event()
    wrong: list[BaseException] = []

    def ask_on() -> None:
        try:
            _ask_until(port, over)
        except BaseException as fault:
            wrong.append(fault)

    thread = threading.Thread(target=ask_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if wrong:
        raise wrong[0]


def _ask_until(port: int, over: threading.Event) -> None:
    april = flights("2013-04-01", "2013-04-30").sample(4_000, seed=1, shuffle=True)
    instances = instances_from(CONTRACT, april)
    labels = labels_from(CONTRACT, april).tolist()
    for start in cycle(range(0, len(labels) - _ROWS, _ROWS)):
        if over.wait(_PAUSE_SECONDS):
            return
        part = slice(start, start + _ROWS)
        _one_call(port, instances[part], labels[part])


def _one_call(port: int, instances: list[dict[str, object]], labels: list[float]) -> None:
    answer = ask(port, "POST", _PREDICT, json.dumps({"instances": instances}), JSON)
    if answer.status == 200:
        said = {"labels": _labels(answer.json["prediction_ids"], labels)}
        ask(port, "POST", _FEEDBACK, json.dumps(said), JSON)
    wrong = {"instances": [{**instances[0], "distance": -1.0}]}
    ask(port, "POST", _PREDICT, json.dumps(wrong), JSON)
    ask(port, "GET", "/nothing/here")


def _labels(ids: list[str], labels: list[float]) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {"prediction_id": name, "label": bool(label), "observed_at": now}
        for name, label in zip(ids, labels, strict=True)
    ]
