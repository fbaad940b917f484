"""Reading `deploy/slo.toml`, strictly: every error names file, key and cure, and shows no value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mooring.contract.errors import MooringError
from mooring.observability.rules.objectives import Links, Matchers, Objective, Promises
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric

FILE = "deploy/slo.toml"

# With a shorter period the slowest alert would speak of a budget that lasts.
LEAST_DAYS, MOST_DAYS = 30, 90

_LINKS = ("runbooks", "boards")
_SHARED = ("objective", "period", "least_bad", "metric")
_OF_KIND = {"counter": ("events", "bad"), "histogram": ("slower_than",)}
_METRICS = {metric.name: metric for metric in CATALOGUE}


class InvalidObjectives(MooringError):
    """`slo.toml` cannot be used as it stands."""


def read(path: Path) -> Promises:
    """What is promised. Raises InvalidObjectives."""
    try:
        return promises(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as missing:
        raise InvalidObjectives(
            "there is no such file", place=FILE, cure="Run from the root of the checkout."
        ) from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidObjectives(
            f"it is no TOML: {_without_value(error)}", place=FILE, cure="Mend it there."
        ) from error


def promises(document: Mapping[str, Any]) -> Promises:
    """What a document promises. Raises InvalidObjectives."""
    links = _table(document, "links")
    _only(links, _LINKS, "links")
    names = [name for name in document if name != "links"]
    if not names:
        raise _wrong("", "it promises nothing", "Add a table such as [availability].")
    return Promises(
        Links(*(_address(links, key) for key in _LINKS)),
        tuple(_objective(name, _table(document, name)) for name in names),
    )


def _objective(name: str, table: Mapping[str, Any]) -> Objective:
    if not name.isidentifier() or name != name.lower():
        raise _wrong(name, "it becomes a label and part of names", "Use lower case words and _.")
    metric = _metric(name, table)
    _only(table, _SHARED + _OF_KIND[metric.kind], name)
    return Objective(
        name,
        objective=_share(name, table),
        days=_days(name, table),
        least_bad=_least_bad(name, table),
        metric=metric,
        events=_matchers(metric, table, f"{name}.events"),
        bad=_bad(metric, table, f"{name}.bad"),
        slower_than=_bound(metric, table, f"{name}.slower_than"),
    )


def _metric(name: str, table: Mapping[str, Any]) -> Metric:
    metric = _METRICS.get(str(table.get("metric", "")))
    key = f"{name}.metric"
    if metric is None:
        raise _wrong(key, "no metric of the catalogue is called so", "See docs/metrics.md.")
    if metric.kind not in _OF_KIND:
        raise _wrong(key, "a gauge counts no events", "Name a counter or a histogram.")
    return metric


def _share(name: str, table: Mapping[str, Any]) -> float:
    value = table.get("objective")
    if not isinstance(value, float) or not 0.5 <= value < 1:
        raise _wrong(f"{name}.objective", "it is no share of events", "Write 0.5 to below 1.0.")
    return value


def _days(name: str, table: Mapping[str, Any]) -> int:
    value = table.get("period")
    days = value.removesuffix("d") if isinstance(value, str) and value.endswith("d") else ""
    if not days.isdecimal() or not LEAST_DAYS <= int(days) <= MOST_DAYS:
        allowed = f'"{LEAST_DAYS}d" to "{MOST_DAYS}d"'
        raise _wrong(f"{name}.period", "it is no period of whole days", f"Write {allowed}.")
    return int(days)


def _least_bad(name: str, table: Mapping[str, Any]) -> int:
    value = table.get("least_bad")
    if type(value) is not int or value < 2:
        cure = "Write 2 or more: for a single one nobody is told."
        raise _wrong(f"{name}.least_bad", "it is no number of bad events", cure)
    return value


def _bad(metric: Metric, table: Mapping[str, Any], key: str) -> Matchers:
    bad = _matchers(metric, table, key)
    if metric.kind == "counter" and not bad:
        raise _wrong(key, "nothing says which events are bad", 'Such as code = ["5xx"].')
    return bad


def _matchers(metric: Metric, table: Mapping[str, Any], key: str) -> Matchers:
    chosen = table.get(key.rpartition(".")[2], {})
    if not isinstance(chosen, dict):
        raise _wrong(key, "it is no table", f"Write [{key}], and labels below it.")
    return {label: _values(metric, label, chosen, f"{key}.{label}") for label in chosen}


def _values(metric: Metric, label: str, chosen: Mapping[str, Any], key: str) -> tuple[str, ...]:
    known = {known.name: known for known in metric.labels}
    values = chosen[label]
    if label not in known:
        raise _wrong(key, f"{metric.name} has no such label", f"It has {', '.join(known)}.")
    if not isinstance(values, list) or not values or not all(isinstance(v, str) for v in values):
        raise _wrong(key, "it is no list of texts", "Write one text or more in brackets.")
    if not all(known[label].admits(value) and '"' not in value for value in values):
        cure = f"They are {', '.join(known[label].values)}."
        raise _wrong(key, "the label has no such value", cure)
    return tuple(values)


def _bound(metric: Metric, table: Mapping[str, Any], key: str) -> float | None:
    if metric.kind != "histogram":
        return None
    value = table.get("slower_than")
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in metric.buckets:
        edges = ", ".join(f"{bucket:g}" for bucket in metric.buckets)
        raise _wrong(key, f"it is no edge of {metric.name}", f"Its edges are {edges}.")
    return float(value)


def _address(links: Mapping[str, Any], key: str) -> str:
    value = links.get(key)
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise _wrong(f"links.{key}", "it is no address", "Write https://… .")
    return value.rstrip("/")


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise _wrong(key, "there is no such table", f"Write [{key}] and what belongs to it.")
    return value


def _only(table: Mapping[str, Any], known: tuple[str, ...], name: str) -> None:
    for key in table:
        if key not in known:
            raise _wrong(f"{name}.{key}", "nothing is known by this key", f"Known: {_list(known)}.")
    for key in known:
        if key not in table and key not in ("events", "bad"):
            raise _wrong(f"{name}.{key}", "it is missing", "Every key has to be there.")


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words)


def _without_value(error: Exception) -> str:
    """Where the mistake is; the parser's own words may quote what is there."""
    found = str(error)
    return found[found.find("(at ") :].strip("()") if "(at " in found else "not UTF-8"


def _wrong(key: str, problem: str, cure: str) -> InvalidObjectives:
    return InvalidObjectives(problem, place=f"{FILE}, {key}" if key else FILE, cure=cure)
