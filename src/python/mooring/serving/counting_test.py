"""Rows in bins: exactly those that were answered, once each, whatever goes wrong beside."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle
from mooring.contract.texts import texts_of
from mooring.contract.wire import Packed, Run, Wire
from mooring.drift.bins import SCORE, Binned, CategoryBins, NumberBins, tables_made
from mooring.drift.reference import reference_of
from mooring.serving import counting
from mooring.serving.counting import MANY_ROWS, REQUESTS, BinCounts, binned_of
from mooring.serving.gathered import LEAST_ROWS, MOST_BYTES, MOST_ROWS, room_of

CARRIER = Binned(
    feature="carrier",
    bins=CategoryBins(categories=("AA",), labels=("00 AA", "98 other", "99 missing")),
    rows=(5, 4, 0),
)
CHANCE = Binned(
    feature=SCORE, bins=NumberBins(edges=(0.5,), labels=("00", "01", "99 missing")), rows=(1, 1, 0)
)
WIRE = Wire(10_000, (Run(("carrier",), False), Run(("hour",), True)))


class Ledger:
    """Counters as they are published, and rows that were lost."""

    def __init__(self) -> None:
        self.rows: Counter[tuple[str, str]] = Counter()
        self.lost = 0

    def publish(self, feature: str, label: str, rows: int) -> None:
        self.rows[feature, label] += rows

    def lose(self, rows: int) -> None:
        self.lost += rows

    def counts(self) -> BinCounts:
        return BinCounts(WIRE, [CHANCE, CARRIER], self.publish, self.lose, seconds=0.2)


def packed(*carriers: str, size: int = 0) -> Packed:
    rows = len(carriers)
    return Packed(rows, size, (texts_of(carriers), np.zeros((1, rows))))


def test_rows_are_published_once_when_somebody_reads() -> None:
    ledger = Ledger()
    counts = ledger.counts()
    counts.keep(packed("AA", "UA"), np.array([0.1, 0.9]))
    counts.keep(packed(""), np.array([0.5]))
    assert not ledger.rows
    for _ in range(2):
        counts.flush()
        assert ledger.rows == {
            (SCORE, "00"): 2, (SCORE, "01"): 1, ("carrier", "00 AA"): 1,
            ("carrier", "98 other"): 1, ("carrier", "99 missing"): 1,
        }  # fmt: skip


def test_what_is_kept_is_counted_when_some_thousand_rows_have_gathered() -> None:
    ledger = Ledger()
    counts = ledger.counts()
    kept = []
    for _ in range(2 * MOST_ROWS + 1):
        counts.keep(packed("AA"), np.array([0.1]))
        kept.append(counts.waiting)
    assert MOST_ROWS <= max(kept) < MOST_ROWS + REQUESTS
    counts.flush()
    assert ledger.rows["carrier", "00 AA"] == 2 * MOST_ROWS + 1


def test_more_rows_than_there_is_room_for_are_counted_at_once() -> None:
    ledger = Ledger()
    counts = ledger.counts()
    counts.keep(packed("AA"), np.array([0.1]))
    counts.keep(packed(*["UA"] * (MOST_ROWS + 1)), np.full(MOST_ROWS + 1, 0.1))
    assert counts.waiting == 0
    counts.flush()
    assert ledger.rows["carrier", "00 AA"] == 1
    assert ledger.rows["carrier", "98 other"] == MOST_ROWS + 1


def test_wide_rows_are_counted_when_they_fill_the_memory() -> None:
    counts = Ledger().counts()
    wide = ["AA"] * MANY_ROWS
    chances = np.full(MANY_ROWS, 0.1)
    counts.keep(packed(*wide, size=MOST_BYTES), chances)
    assert counts.waiting == MANY_ROWS
    counts.keep(packed(*wide, size=1), chances)
    assert counts.waiting == MANY_ROWS
    counts.keep(packed(*wide, size=MOST_BYTES + 1), chances)
    assert counts.waiting == 0


def test_there_is_room_for_fewer_rows_of_a_wide_contract() -> None:
    assert room_of(WIRE) == MOST_ROWS
    assert room_of(Wire(9, (Run(("x",) * 400, True),))) == MOST_BYTES // 3_200
    assert room_of(Wire(9, (Run(("x",) * 40_000, True),))) == LEAST_ROWS


def test_the_tables_of_the_bins_are_made_before_the_first_row() -> None:
    fresh = NumberBins(edges=(0.1, 0.7), labels=("00", "01", "02", "99 missing"))
    chance = Binned(feature=SCORE, bins=fresh, rows=(1, 1, 1, 0))
    ledger = Ledger()
    counts = BinCounts(WIRE, [chance, CARRIER], ledger.publish, ledger.lose)
    made = tables_made()
    counts.keep(packed("AA"), np.array([0.5]))
    counts.flush()
    assert ledger.rows[SCORE, "01"] == 1
    assert tables_made() == made


def test_a_running_loop_publishes_by_itself_while_nobody_asks() -> None:
    ledger = Ledger()

    async def quiet() -> None:
        counts = ledger.counts()
        counts.keep(packed("AA"), np.array([0.1]))
        async with asyncio.timeout(20):
            while not ledger.rows:
                await asyncio.sleep(0.01)

    asyncio.run(quiet())
    assert ledger.rows == {(SCORE, "00"): 1, ("carrier", "00 AA"): 1}


def test_a_loop_that_is_gone_is_followed_by_the_next() -> None:
    ledger = Ledger()
    counts = ledger.counts()

    async def one() -> None:
        counts.keep(packed("AA"), np.array([0.1]))

    async def another() -> None:
        await one()
        async with asyncio.timeout(20):
            while not ledger.rows:
                await asyncio.sleep(0.01)

    asyncio.run(one())
    asyncio.run(another())
    assert ledger.rows["carrier", "00 AA"] == 2


def test_a_fault_costs_no_prediction_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger()
    counts = ledger.counts()
    counts.keep(packed("AA"), np.array([0.1]))
    with caplog.at_level(logging.ERROR):
        for parts in ((np.zeros((1, 2)), np.zeros((1, 2))), (texts_of(["AA", "AA"]),)):
            counts.keep(Packed(2, 0, parts), np.array([0.1, 0.2]))
            counts.flush()
    assert [record.message for record in caplog.records] == [
        "rows could not be counted in bins; said once"
    ]
    assert ledger.lost == 5
    counts.keep(packed("AA"), np.array([0.1]))
    counts.flush()
    assert ledger.rows == {(SCORE, "00"): 1, ("carrier", "00 AA"): 1}


def test_bins_of_what_does_not_travel_lose_the_rows_of_a_pass() -> None:
    ledger = Ledger()
    dest = CARRIER.model_copy(update={"feature": "dest"})
    counts = BinCounts(WIRE, [CHANCE, dest], ledger.publish, ledger.lose)
    counts.keep(packed("AA"), np.array([0.1]))
    counts.keep(packed(*["UA"] * (MOST_ROWS + 1)), np.full(MOST_ROWS + 1, 0.1))
    counts.flush()
    assert ledger.lost == MOST_ROWS + 2
    assert not ledger.rows


def test_threads_lose_and_double_nothing() -> None:
    ledger = Ledger()
    counts = ledger.counts()

    def predict(_: int) -> None:
        counts.keep(packed("AA", "UA", "UA"), np.array([0.1, 0.9, 0.9]))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(predict, range(3_000)))
    counts.flush()
    assert ledger.rows["carrier", "00 AA"] == 3_000
    assert ledger.rows[SCORE, "01"] == 6_000


def with_reference(bundle: Bundle, bend: Any = lambda document: None) -> Bundle:
    rows = {"carrier": np.array(["AA", "UA"] * 50, dtype=object)}
    rows |= {name: np.arange(100.0) % 24 for name in ("hour", "temp")}
    days = np.arange(100) % 4
    reference = reference_of(bundle.contract, rows, np.linspace(0, 1, 100), days)
    document = json.loads(reference.to_json())
    bend(document)
    return replace(bundle, files={**bundle.files, REFERENCE: json.dumps(document).encode()})


def test_the_score_comes_first_then_the_contracts_features(bundle: Bundle) -> None:
    found = binned_of(with_reference(bundle))
    assert [each.feature for each in found] == [SCORE, "carrier", "hour", "temp"]
    assert binned_of(bundle) == ()


def test_a_wide_contract_is_counted_up_to_the_limit_of_series(bundle: Bundle) -> None:
    wide = bundle.contract.features[1]
    features = tuple(wide.model_copy(update={"name": f"x{i}"}) for i in range(400))
    contract = bundle.contract.model_copy(update={"features": features})
    rows = {feature.name: np.arange(100.0) % 24 for feature in features}
    reference = reference_of(contract, rows, np.linspace(0, 1, 100), np.zeros(100, dtype=np.int64))
    made = replace(
        bundle, contract=contract, files={**bundle.files, REFERENCE: reference.to_json()}
    )
    found = binned_of(made)
    assert sum(len(each.bins.labels) for each in found) <= counting.MOST_BINS
    assert [each.feature for each in found[:2]] == [SCORE, "x0"]
    assert len(found) > 200
