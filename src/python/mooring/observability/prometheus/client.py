"""Questions to a Prometheus on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mooring.observability.prometheus.errors import NotLocal, Refused, Unanswered

# Prometheus gives up on a query after two minutes by itself; nothing here should take as many
# seconds, even on a machine that is busy with other things.
_PATIENCE_SECONDS = 60.0

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# An expression is shown in an error up to here.
_SHOWN = 200


@dataclass(frozen=True)
class Series:
    """One series of an answer: its labels, and (Unix seconds, value) in the order of time."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


class PrometheusClient:
    """Asks the Prometheus at `url`, which has to be on this machine."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme != "http" or address.hostname not in _LOOPBACK:
            raise NotLocal(
                "not an address of this machine", place=url, cure="Give http://127.0.0.1:<port>."
            )
        self._host = address.hostname
        self._port = address.port or 80
        self.url = url.rstrip("/")

    def ready(self) -> bool:
        """Whether queries will be answered."""
        try:
            status, _ = self._exchange("GET", "/-/ready")
        except Unanswered:
            return False
        return status == 200

    def query(self, expr: str, at: float | None = None) -> tuple[Series, ...]:
        """Series of one value each, at the Unix time `at`, or now. Raises PrometheusError."""
        moment = {} if at is None else {"time": _text(at)}
        return _series(self._ask("query", {"query": expr, **moment}))

    def query_range(self, expr: str, start: float, end: float, step: float) -> tuple[Series, ...]:
        """Series from `start` to `end`, every `step` seconds. Raises PrometheusError."""
        times = {"start": _text(start), "end": _text(end), "step": _text(step)}
        return _series(self._ask("query_range", {"query": expr, **times}))

    def label_values(
        self,
        label: str,
        match: str = "",
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, ...]:
        """Values of `label` among the series that `match` selects, or among all of them."""
        bounds = {"start": start, "end": end}
        form = {name: _text(value) for name, value in bounds.items() if value is not None}
        if match:
            form["match[]"] = match
        path = f"/api/v1/label/{quote(label, safe='')}/values?{urlencode(form)}"
        return tuple(self._data("GET", path, match or label))

    def _ask(self, endpoint: str, form: Mapping[str, str]) -> Any:
        # In the body: an address may not be as long as an expression.
        return self._data("POST", f"/api/v1/{endpoint}", form["query"], urlencode(form))

    def _data(self, method: str, path: str, asked: str, body: str = "") -> Any:
        status, answer = self._exchange(method, path, body)
        if status != 200:
            raise Refused(_reason(answer), place=asked[:_SHOWN], status=status)
        return json.loads(answer)["data"]

    def _exchange(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        connection = HTTPConnection(self._host, self._port, timeout=_PATIENCE_SECONDS)
        try:
            with closing(connection):
                connection.request(method, path, body or None, _FORM if body else {})
                response = connection.getresponse()
                return response.status, response.read()
        except (OSError, HTTPException) as fault:
            raise Unanswered(
                f"Prometheus does not answer ({type(fault).__name__})",
                place=self.url,
                cure="Is it running? `./mooring obs` starts it.",
            ) from fault


def _series(data: Mapping[str, Any]) -> tuple[Series, ...]:
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        return (Series({}, _points([result])),)
    if kind == "vector":
        return tuple(Series(s["metric"], _points([s["value"]])) for s in result)
    if kind == "matrix":
        return tuple(Series(s["metric"], _points(s["values"])) for s in result)
    return ()


def _points(pairs: Sequence[tuple[float, str]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(moment), float(value)) for moment, value in pairs)


def _text(seconds: float) -> str:
    return f"{seconds:.3f}"


def _reason(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["error"])
    except (ValueError, KeyError, TypeError):
        return answer[:_SHOWN].decode(errors="replace")
