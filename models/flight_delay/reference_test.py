"""The reference that training froze, and real flights counted in it by the service that serves.

Counters agree with numpy exactly: with comparisons written down anew from `reference.json`, for
requests of every size, over both routes, and added up over two workers.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from prometheus_client.parser import text_string_to_metric_families

from models.conftest import Flights
from models.flight_delay.contract import CONTRACT
from models.flight_delay.pipeline import PLAN
from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle
from mooring.contract.columns import Columns
from mooring.contract.wire import (
    CONTENT_TYPE,
    CONTRACT_HEADER,
    decode_predictions,
    encode_columns,
)
from mooring.data.columns import columns_from, instances_from
from mooring.data.dataset import between
from mooring.data.source import Extract
from mooring.drift.psi import psi
from mooring.serving.app import create_app
from mooring.serving.native import answer
from mooring.serving.replica import Replica, boot
from mooring.serving.settings import Settings
from mooring.serving.testing.asgi import call
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.train import train

SIZES = (1, 1, 1, 2, 7, 64, 500, 1_000)
NATIVE_ROWS = 40

Series = Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def bundle(winter: Flights, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    store = tmp_path_factory.mktemp("bundles")
    return train(PLAN, winter.dataset, winter.rows, store, MemoryTracker()).bundle


@pytest.fixture(scope="module")
def april(extracted: Extract) -> pl.DataFrame:
    """Flights of a week that it has not seen, some of them to a destination of its own."""
    week = between(extracted.rows, "2013-04-01", "2013-04-07")
    strange = pl.int_range(pl.len()) % 50 == 0
    return week.with_columns(
        dest=pl.when(strange).then(pl.lit("???")).otherwise("dest"),
        precip=pl.when(strange).then(-0.0).otherwise("precip"),
    )


@dataclass(frozen=True)
class Worker:
    """One process's worth of a service."""

    replica: Replica

    def columns(self, columns: Columns) -> NDArray[np.float64]:
        """Ask over the gateway's route."""
        headers = {"content-type": CONTENT_TYPE, CONTRACT_HEADER: CONTRACT.digest}
        body = encode_columns(CONTRACT, columns)
        answered = call(create_app(self.replica), "POST", "/columns", headers, [body])
        return decode_predictions(answered.body, rows=len(columns["hour"]))

    def native(self, rows: pl.DataFrame) -> NDArray[np.float64]:
        """Ask over BentoML's route."""
        body = json.dumps({"instances": instances_from(CONTRACT, rows)}).encode()
        return np.array(json.loads(bytes(answer(self.replica, body).body))["predictions"])

    def series(self, metric: str) -> Series:
        """What a scrape shows of a metric, by feature and bin."""
        shown = call(create_app(self.replica), "GET", "/metrics").body.decode()
        families = text_string_to_metric_families(shown)
        samples = [s for family in families for s in family.samples if s.name == metric]
        return Counter({(s.labels["feature"], s.labels["bin"]): int(s.value) for s in samples})


def worker(bundle: Bundle) -> Worker:
    replica = Replica("flight_delay")
    replica.serve(boot(Settings("flight_delay", bundle.path, None, 3), 1), 0.1)
    return Worker(replica)


def portions(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """The rows in requests of very different sizes, all of them."""
    cut: list[pl.DataFrame] = []
    start = 0
    while start < len(rows):
        cut.append(rows[start : start + SIZES[len(cut) % len(SIZES)]])
        start += len(cut[-1])
    return cut


def by_numpy(frozen: dict[str, Any], values: NDArray[Any]) -> list[int]:
    """Rows by bin, by comparisons that know nothing of how bins are assigned."""
    bins = frozen["bins"]
    if bins["kind"] == "category":
        known = [int((values == category).sum()) for category in bins["categories"]]
        missing = int((values == "").sum())
        beyond = len(values) - sum(known) - missing
        if bins["rare"] is None:
            return [*known, beyond, missing]
        rare = sum(int((values == category).sum()) for category in bins["rare"])
        return [*known, beyond - rare, rare, missing]
    ends = np.array([-np.inf, *bins["edges"], np.inf])
    counted = [(atom, 0, int((values == atom).sum())) for atom in bins["atoms"]]
    rest = values[~np.isin(values, bins["atoms"]) & ~np.isnan(values)]
    for low, high in pairwise(ends):
        counted.append((high, 1, int(((rest > low) & (rest <= high)).sum())))
    return [*(rows for _, _, rows in sorted(counted)), int(np.isnan(values).sum())]


def expected(bundle: Bundle, columns: Columns, answers: NDArray[np.float64]) -> Series:
    values = {**columns, "@score": answers}
    return Counter(
        {
            (frozen["feature"], label): rows
            for frozen in json.loads(bundle.files[REFERENCE])["features"]
            for label, rows in zip(
                frozen["bins"]["labels"], by_numpy(frozen, values[frozen["feature"]]), strict=True
            )
        }
    )


def test_counters_agree_with_numpy_exactly_also_over_two_workers(
    bundle: Bundle, april: pl.DataFrame
) -> None:
    workers, parts = (worker(bundle), worker(bundle)), portions(april)
    answers = []
    for place, part in enumerate(parts):
        asked = workers[place % 2]
        if len(part) <= NATIVE_ROWS and place % 3 == 0:
            answers.append(asked.native(part))
        else:
            answers.append(asked.columns(columns_from(CONTRACT, part)))
    shown = [each.series("mooring_feature_bin_total") for each in workers]
    wanted = expected(bundle, columns_from(CONTRACT, april), np.concatenate(answers))
    assert shown[0].keys() == shown[1].keys() == wanted.keys()
    # Counter.__add__ would drop what is 0.
    assert {key: shown[0][key] + shown[1][key] for key in wanted} == dict(wanted)
    assert min(sum(each.values()) for each in shown) > 0
    assert wanted["dest", "97 unseen"] > len(april) // 50
    assert wanted["precip", "00 = 0"] > len(april) // 50


def test_the_reference_is_the_holdout_and_its_own_rows_do_not_drift_from_it(
    bundle: Bundle, winter: Flights
) -> None:
    days = between(winter.rows, PLAN.split.holdout.start, PLAN.split.holdout.end)
    columns = columns_from(CONTRACT, days)
    alone = worker(bundle)
    for start in range(0, len(days), 1_000):
        alone.columns({name: values[start : start + 1_000] for name, values in columns.items()})
    counted = alone.series("mooring_feature_bin_total")
    reference = alone.series("mooring_reference_bin_rows")
    for feature in (*CONTRACT.feature_names, "@score"):
        labels = [label for name, label in reference if name == feature]
        found = psi([reference[feature, x] for x in labels], [counted[feature, x] for x in labels])
        # Answers come from the runtime that the reference was made with, in other batches.
        assert found < (1e-6 if feature == "@score" else 1e-12), feature


def test_it_holds_the_days_of_the_holdout_and_real_bins(bundle: Bundle) -> None:
    reference = json.loads(bundle.files[REFERENCE])
    assert [b["day"] for b in reference["blocks"]] == [f"2013-03-{d}" for d in range(15, 32)]
    assert sum(block["rows"] for block in reference["blocks"]) == 15_460
    bins = {f["feature"]: f["bins"] for f in reference["features"]}
    assert bins["precip"]["labels"][0] == "00 = 0"
    assert bins["visib"]["atoms"] == [10]
    assert len(bins["carrier"]["labels"]) == 18
    assert sum(len(each["labels"]) for each in bins.values()) == 164
    assert len(bundle.files[REFERENCE]) < 50_000
