"""The loop on a thin year: it notices what labels say, learns of the past alone, and rests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from tests.loop.closed import Loop, Ran
from tests.loop.injected import broke, found, won_back

TURNED = date(2013, 6, 3)
CONCEPT = "all flights take 10 minutes longer"


@pytest.fixture(scope="module")
def quiet(thin: Loop) -> Ran:
    return thin.run(date(2013, 9, 30))


def test_where_nothing_changes_nothing_is_retrained(quiet: Ran) -> None:
    assert quiet.retrains == ()


def test_a_change_of_labels_is_found_within_three_weeks(thin: Loop, quiet: Ran) -> None:
    (after,) = found(thin, quiet, CONCEPT, [TURNED])
    assert after.days is not None
    assert 0 < after.days <= 21
    assert not after.anyway


def test_and_some_of_it_is_won_back(thin: Loop, quiet: Ran) -> None:
    won = won_back(thin, quiet, CONCEPT, TURNED, blocks=4)
    assert won.retrains >= 1
    assert won.loop[3] < won.kept[3] - 1.0


def test_retrains_rest_between_each_other(thin: Loop) -> None:
    turned = np.where(thin.year.day >= np.datetime64(TURNED), 1.3, 1.0) * thin.year.labels
    year = thin.year.relabelled("a third longer", turned)
    ran = replace(thin, year=year, fits=replace(thin.fits, year=year)).run(date(2013, 9, 30))
    days = [retrain.alarm.day for retrain in ran.retrains]
    rest = timedelta(days=thin.settings.cooldown_days)
    assert len(days) > 1
    assert all(later - day >= rest for day, later in pairwise(days))


def test_a_retrain_knows_no_label_of_the_last_days_and_none_to_come(thin: Loop) -> None:
    day = date(2013, 6, 6)
    known = thin.year.day <= np.datetime64(day - timedelta(days=thin.settings.horizon_days + 1))
    unknown = thin.year.relabelled("nonsense", np.where(known, thin.year.labels, 1e6))
    other = replace(thin, year=unknown, fits=replace(thin.fits, year=unknown))
    other = replace(other, fits=replace(other.fits, cache=thin.fits.cache / "other"))
    np.testing.assert_array_equal(thin.retrained(day).scores, other.retrained(day).scores)


@pytest.mark.parametrize("bug", ["distance × 100", "destination missing", "new destinations"])
def test_broken_data_retrain_nothing(thin: Loop, quiet: Ran, bug: str) -> None:
    assert not broke(thin, quiet, bug, TURNED).retrained


def test_a_loop_that_does_not_look_for_bugs_retrains_on_them(thin: Loop, quiet: Ran) -> None:
    assert broke(thin, quiet, "distance × 100", TURNED).blindly
