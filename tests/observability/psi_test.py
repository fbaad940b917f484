"""The stability index of the recording rules against numpy's, on the real flights of 2013.

The counters are those that a scrape would have seen while the flights came in; the log's counts of
the same hour are exact. What may differ is what Prometheus does not see: rows between the last
scrape and a restart, and what `increase()` makes of the edges of its window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl
import pytest

from models.flight_delay.contract import CONTRACT
from mooring.bundle.open import Bundle, open_bundle
from mooring.data.columns import columns_from
from mooring.drift.psi import psi
from mooring.drift.reference import BlockedBins, Reference
from mooring.observability.programs import PROMETHEUS, PROMTOOL
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.rules.bins import bin_groups
from mooring.observability.testing.programs import path_or_skip
from mooring.observability.trial.clock import HOUR, Span
from mooring.observability.trial.database import filled_with
from tests.observability.flights import flights, predicted, reference, released
from tests.observability.replayed import Replay, assigned

# The largest difference that is promised, for windows of at least so many rows.
AGREES = 0.02
LEAST_ROWS = 500
# In an hour of one day's weather hardly anything is as in the reference. An index beyond 1 hangs on
# bins with a row or two, and a restart that loses those two moves it by more: by 2 % of itself.
NOTHING_IN_COMMON = 1.0

SPAN = Span(1_767_268_800.0, hours=3.0, step=15.0)
# Not at a scrape, so that some rows are never seen.
RESTART = SPAN.start + 1.5 * HOUR + 10.0
# Rules are evaluated when an hour is over.
HOURLY = replace(SPAN, step=HOUR)
ENDS = list(HOURLY.moments())[1:]


@dataclass(frozen=True)
class Compared:
    """Both indices of one feature in the hour until `end`."""

    rows: int
    exact: float
    recorded: float

    @property
    def difference(self) -> float:
        """Between the two."""
        return abs(self.recorded - self.exact)


MIXED, IN_ORDER = "1", "2"
HOURS = pytest.mark.parametrize(
    "end", ENDS, ids=["in the first hour", "in the second, with a restart", "in the third"]
)


@pytest.fixture(scope="module")
def replays() -> dict[str, Replay]:
    """2,100 flights of April, some 700 an hour: from all of the month, and its first in order."""
    bundle = open_bundle(next(released()).folder)
    known = reference(bundle)
    april = flights("2013-04-01", "2013-04-30")
    chosen = {
        MIXED: april.sample(2_100, seed=20_130_401, shuffle=True),
        IN_ORDER: april.head(2_100),
    }
    return {version: _replay(version, bundle, known, rows) for version, rows in chosen.items()}


def _replay(version: str, bundle: Bundle, known: Reference, rows: pl.DataFrame) -> Replay:
    columns = columns_from(CONTRACT, rows)
    bins = assigned(known, columns, predicted(bundle, columns))
    return Replay(version, known, bins, SPAN, restarts=(RESTART,))


@pytest.fixture(scope="module")
def client(
    replays: dict[str, Replay], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    path_or_skip(PROMTOOL)
    told = (((SPAN, trace) for trace in replay.traces()) for replay in replays.values())
    with filled_with(tmp_path_factory.mktemp("psi"), told, [HOURLY], bin_groups()) as client:
        yield client


def compared(replay: Replay, client: PrometheusClient, end: float) -> dict[str, Compared]:
    name = f'model_feature:mooring_psi:1h{{version="{replay.version}"}}'
    recorded = {series.labels["feature"]: series.last for series in client.query(name, end)}
    found = {f.feature: _compared(replay, f, end, recorded) for f in replay.reference.features}
    assert len(found) == len(CONTRACT.features) + 1
    assert all(one.rows >= LEAST_ROWS for one in found.values())
    return found


def _compared(
    replay: Replay, binned: BlockedBins, end: float, recorded: dict[str, float]
) -> Compared:
    rows = replay.counted(binned.feature, end - HOUR, end)
    exact = float(psi(binned.rows, rows))
    return Compared(int(rows.sum()), exact, recorded[binned.feature])


@HOURS
def test_the_rules_agree_with_numpy_on_every_feature(
    end: float, replays: dict[str, Replay], client: PrometheusClient
) -> None:
    found = compared(replays[MIXED], client, end)
    assert {f: c for f, c in found.items() if not c.difference <= AGREES} == {}


@HOURS
def test_they_agree_where_a_single_day_is_not_like_the_reference_at_all(
    end: float, replays: dict[str, Replay], client: PrometheusClient
) -> None:
    found = compared(replays[IN_ORDER], client, end)
    limits = {f: AGREES * max(c.exact / NOTHING_IN_COMMON, 1.0) for f, c in found.items()}
    assert {f: c for f, c in found.items() if not c.difference <= limits[f]} == {}


def test_april_is_not_march_so_that_agreement_means_something(
    replays: dict[str, Replay], client: PrometheusClient
) -> None:
    found = compared(replays[MIXED], client, ENDS[-1])
    assert max(one.exact for one in found.values()) > 10 * AGREES


def test_a_restart_is_seen_as_one(client: PrometheusClient) -> None:
    resets = client.query('resets(mooring_feature_bin_total{feature="hour"}[3h])', SPAN.end)
    assert max(series.last for series in resets) == 1.0
