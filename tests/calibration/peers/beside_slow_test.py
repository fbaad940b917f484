"""Detectors of others see the same traffic: on real days dealt anew they alarm, change or none."""

from __future__ import annotations

from pathlib import Path

from tests.calibration.deals import Deal, deals
from tests.calibration.peers.beside import Handed, verdicts
from tests.calibration.traffic import CHANGES, unchanged

RULES = {
    "evidently, dataset drift",
    "evidently, any column",
    "evidently, any column by its PSI",
    "river, ADWIN",
    "river, DDM",
    "crepes, SimpleJumper",
}


def test_each_of_them_judges_each_week(tmp_path: Path) -> None:
    (whole,) = deals(1)
    deal = Deal(whole.reference, whole.quiet[:1], whole.changed[:1])
    (change,) = (c for c in CHANGES if c.name == "distance × 100")
    real = Deal(deal.reference, deal.quiet)
    handed = Handed(unchanged(), {change.name: change.traffic()}, (deal,), real, 1)
    found = verdicts(handed, tmp_path)

    assert set(found) == RULES
    for rule, verdict in found.items():
        assert verdict.quiet.shape == (1, 1), rule
        assert verdict.changed[change.name].shape == (1, 1), rule
        assert (verdict.real == verdict.quiet[0]).all(), rule
    usual = found["evidently, any column"]
    assert usual.quiet.all()
    assert usual.changed[change.name].all()
