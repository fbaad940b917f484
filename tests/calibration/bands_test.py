"""Of weeks that are dealt anew, most lie in the bands that were drawn before their labels came."""

from __future__ import annotations

from tests.calibration.bands import dealt, inside

WEEKS = 8


def test_labels_mostly_show_what_was_expected() -> None:
    found = inside(dealt(WEEKS))
    assert set(found) == {"log_loss", "brier", "auc", "ece"}
    assert min(share for share, _ in found.values()) >= 0.7
