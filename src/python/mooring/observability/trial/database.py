"""A Prometheus filled with the scenarios, with what our rules make of them.

Rules are not left to the server, which would compute them for the present only: each is put as a
range query over the hours of a scenario, as promtool does when it fills in rules after the fact.
promtool itself cannot be used for it: it does not let a rule build on another, as ours do, so rules
are computed level by level here, and what they give is filled in like everything else.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mooring.contract.errors import MooringError
from mooring.observability.programs import PROMTOOL
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.server import started
from mooring.observability.rule import Group
from mooring.observability.trial.clock import Span
from mooring.observability.trial.families import Trace, traces
from mooring.observability.trial.openmetrics import text
from mooring.observability.trial.recording import Rule, levels, traces_of
from mooring.observability.trial.scenario import Scenario

Timed = tuple[Span, Trace]

# The scenarios lie months apart, and the newest block decides what is too old.
RETENTION = "10y"

# Of everything: nothing is scraped, and no rule is evaluated but by us.
CONFIG = "global: {scrape_interval: 15s}\n"

# More than a scenario holds, so that each is one block.
_BLOCK = "24h"
_PROMTOOL_SECONDS = 120.0


class BackfillFailed(MooringError):
    """promtool does not take what the scenarios say."""


@contextmanager
def filled(
    folder: Path, scenarios: Sequence[Scenario], groups: Sequence[Group]
) -> Iterator[PrometheusClient]:
    """A Prometheus that knows the scenarios, the recorded series and the alerts of `groups`."""
    told = [_timed(scenario) for scenario in scenarios]
    spans = [scenario.span for scenario in scenarios]
    with filled_with(folder, told, spans, groups) as client:
        yield client


@contextmanager
def filled_with(
    folder: Path, told: Iterable[Iterable[Timed]], spans: Sequence[Span], groups: Sequence[Group]
) -> Iterator[PrometheusClient]:
    """The same of any traces; each iterable becomes blocks of its own, for one span."""
    data = folder / "data"
    for timed in told:
        backfill(folder, data, timed)
    for level in levels(groups):
        _compute(folder, data, level, spans)
    with _serving(folder, data) as client:
        yield client


# A function, since a generator within a list would give every scenario the span of the last.
def _timed(scenario: Scenario) -> Iterator[Timed]:
    return ((scenario.span, trace) for trace in traces(scenario))


def backfill(folder: Path, data: Path, traces_: Iterable[Timed]) -> None:
    """Write traces into the database that no Prometheus has open. Raises BackfillFailed."""
    file = folder / "backfill.om"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(text(traces_))
    words = ["tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={_BLOCK}"]
    done = subprocess.run(
        [PROMTOOL.path, *words, "--quiet", str(file), str(data)],
        capture_output=True,
        text=True,
        timeout=_PROMTOOL_SECONDS,
    )
    if done.returncode:
        raise BackfillFailed(
            done.stderr.strip().rpartition("\n")[2],
            place=str(file),
            cure="The scenarios' text is not OpenMetrics; see the line that promtool names.",
        )
    file.unlink()


def _serving(folder: Path, data: Path) -> AbstractContextManager[PrometheusClient]:
    return started(folder, CONFIG, data, retention=RETENTION)


def _compute(folder: Path, data: Path, level: Sequence[Rule], spans: Sequence[Span]) -> None:
    with _serving(folder, data) as client:
        made = [(span, t) for span in spans for rule in level for t in _traces(rule, client, span)]
    if made:
        backfill(folder, data, made)


def _traces(rule: Rule, client: PrometheusClient, span: Span) -> Iterator[Trace]:
    series = client.query_range(rule.expr, span.start, span.end, span.step)
    return traces_of(rule, series, span)
