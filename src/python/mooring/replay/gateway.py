"""The gateway as a replay asks it: one connection, event time in a header, patience with a 429."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from mooring.replay.errors import GatewayRefused
from mooring.replay.journal import Waiting

_SECONDS = 30.0

# A gateway that restarts, or sheds load, answers again soon; one that stays away does not.
_ATTEMPTS = 8
_BUSY = {429, 502, 503, 504}
_LONGEST_WAIT = 60.0


@dataclass
class Gateway:
    """Asks one gateway about one model; `key` is shown to one that wants to know who asks."""

    url: str
    model: str
    key: str = ""
    sleep: Callable[[float], None] = time.sleep
    _connection: HTTPConnection | None = field(default=None, repr=False)

    def predict(self, instances: Sequence[Mapping[str, Any]], at: datetime) -> list[str]:
        """Ask for predictions of rows that came to be at `at`; gives the predictions' ids.

        Raises GatewayRefused.
        """
        headers = {"Mooring-Event-Time": at.isoformat()}
        answer = self._post("predict", {"instances": list(instances)}, headers)
        ids = answer.get("prediction_ids")
        if not isinstance(ids, list) or len(ids) != len(instances):
            raise self._refused("it did not answer each row")
        return ids

    def label(self, labels: Sequence[Waiting], kind: str) -> None:
        """Say what became of predictions. Raises GatewayRefused."""
        told = [
            {
                "prediction_id": label.prediction,
                "label": bool(label.label) if kind == "probability" else label.label,
                "observed_at": label.at.isoformat(),
            }
            for label in labels
        ]
        self._post("feedback", {"labels": told}, {})

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, verb: str, document: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        body = json.dumps(document).encode()
        problem = "nobody answers"
        for attempt in range(_ATTEMPTS):
            try:
                response = self._send(verb, body, headers)
                content = response.read()
            except (OSError, HTTPException):
                self.close()
                self.sleep(min(2.0**attempt / 4, _LONGEST_WAIT))
                continue
            if response.status == 200:
                return dict(json.loads(content))
            problem = _problem(response.status, content)
            if response.status not in _BUSY:
                break
            self.sleep(_wait(response.headers.get("Retry-After"), attempt))
        raise self._refused(problem)

    def _send(self, verb: str, body: bytes, headers: Mapping[str, str]) -> HTTPResponse:
        if self._connection is None:
            parts = urlsplit(self.url)
            self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        sent = {"Content-Type": "application/json", **headers}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        self._connection.request("POST", f"/v1/models/{self.model}:{verb}", body, sent)
        return self._connection.getresponse()

    def _refused(self, problem: str) -> GatewayRefused:
        cure = (
            "Look at the gateway's log; the replay goes on where it stopped when it is run again."
        )
        return GatewayRefused(problem, place=f"{self.url} {self.model}", cure=cure)


def _wait(asked: str | None, attempt: int) -> float:
    seconds = float(asked) if asked and asked.isdigit() else 2.0**attempt / 4
    return min(seconds, _LONGEST_WAIT)


def _problem(status: int, content: bytes) -> str:
    """The problem's own title; its details may name rows."""
    try:
        return f"{status} {json.loads(content)['title']}"
    except (ValueError, KeyError, TypeError):
        return f"{status}"
