"""The sample of a reference: codes only, as many of each block, whatever the order of the rows."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from mooring.drift.sample import MOST_IN_ALL, MOST_ROWS, Sample, most_rows, sample_of

DRAW = np.random.default_rng(3)
ROWS = 3_000
BLOCK = np.arange(ROWS) % 6
CODES = {"temp": DRAW.integers(0, 22, ROWS), "carrier": DRAW.integers(0, 3, ROWS)}


def test_it_holds_as_many_rows_of_each_block() -> None:
    rows, blocks = sample_of(CODES, BLOCK).rows()
    assert rows.shape == (6 * MOST_ROWS, 2)
    assert np.bincount(blocks).tolist() == [MOST_ROWS] * 6


def test_its_rows_are_rows_that_there_were() -> None:
    sample = sample_of(CODES, BLOCK)
    assert sample.features == ("carrier", "temp")
    there = set(zip(CODES["carrier"].tolist(), CODES["temp"].tolist(), BLOCK.tolist(), strict=True))
    rows, blocks = sample.rows()
    assert {(*row, n) for row, n in zip(rows.tolist(), blocks.tolist(), strict=True)} <= there


def test_the_order_of_the_rows_does_not_matter() -> None:
    order = DRAW.permutation(ROWS)
    shuffled = {name: codes[order] for name, codes in CODES.items()}
    assert sample_of(shuffled, BLOCK[order]) == sample_of(CODES, BLOCK)


def test_it_is_read_as_it_was_written() -> None:
    sample = sample_of(CODES, BLOCK)
    assert Sample.model_validate_json(sample.model_dump_json()) == sample


def test_shares_of_codes_are_near_those_of_all_rows() -> None:
    rows, _ = sample_of(CODES, BLOCK).rows()
    for column, name in enumerate(("carrier", "temp")):
        share = np.bincount(rows[:, column], minlength=22) / len(rows)
        assert np.abs(share - np.bincount(CODES[name], minlength=22) / ROWS).max() < 0.05


def test_many_blocks_share_what_is_kept() -> None:
    assert most_rows(365) * 365 <= MOST_IN_ALL
    assert most_rows(100_000) == 1


def test_a_feature_with_fewer_rows_is_refused() -> None:
    with pytest.raises(ValidationError, match="one code for each row"):
        Sample(codes={"temp": ("012",), "carrier": ("01",)})
