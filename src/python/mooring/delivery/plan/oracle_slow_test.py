"""The mutation oracle at length: hundreds of edits; its table is printed and kept in docs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mooring.delivery.plan.testing.edits import WEIGHTS
from mooring.delivery.plan.testing.oracle import LARGEST_MEDIAN, median_ratio, opened, table
from mooring.delivery.plan.testing.repository import PANTS

# By name, with commas; default: all of them.
KINDS = os.environ.get("MOORING_ORACLE_KINDS", "").split(",")
SEED = int(os.environ.get("MOORING_ORACLE_SEED", "4"))
COUNT = int(os.environ.get("MOORING_ORACLE_EDITS", "220"))


@pytest.mark.skipif(
    not PANTS,
    reason="MOORING_PANTS_BIN is not set: ./pants sets it, the official launcher does not",
)
def test_of_hundreds_of_edits_nothing_needed_is_missed_and_little_is_selected_in_vain(
    tmp_path: Path,
) -> None:
    kinds = [kind for kind in WEIGHTS if KINDS == [""] or kind.__name__ in KINDS]
    trials, faults = [], []
    with opened(tmp_path / "oracle") as oracle:
        for trial in oracle.trials(SEED, COUNT, kinds):
            trials.append(trial)
            faults += [(trial.drawn, fault) for fault in trial.faults()]
            sys.stderr.write(f"{trial.line()}\n")
    median = median_ratio(trials)
    sys.stderr.write("\n".join((*table(trials), f"median of selected to needed: {median:.2f}", "")))
    assert faults == []
    assert median <= LARGEST_MEDIAN
    assert {trial.drawn.kind for trial in trials} == {kind.__name__ for kind in kinds}
