from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest

from mooring.drift.bins import SCORE
from mooring.monitor.judging.testing.rides import FIRST
from mooring.monitor.settings import ModelSettings
from mooring.monitor.testing.world import MODEL
from mooring.report.conftest import DAYS, ROWS, SECOND, Seen
from mooring.report.errors import NoDays, NothingWatched
from mooring.report.facts import Span
from mooring.report.gather import Sources, gather

WEEK = timedelta(days=7)


def test_it_reads_days_windows_and_cohorts_while_the_monitor_runs(seen: Seen) -> None:
    facts = seen.facts()
    assert (facts.first, facts.last, len(facts.days)) == (FIRST, FIRST + timedelta(DAYS - 1), DAYS)
    assert [w.judged.window.start for w in facts.windows] == [SECOND, SECOND + WEEK]
    assert [c.judged.window.start for c in facts.cohorts] == [SECOND, SECOND + WEEK]
    assert sum(day.rows for day in facts.days) == DAYS * ROWS


def test_every_first_label_has_its_delay(seen: Seen) -> None:
    facts = seen.facts()
    assert [end for end, _ in facts.delays][-2:] == [30 * 86_400.0, math.inf]
    assert sum(rows for _, rows in facts.delays) == facts.labels["joined"] > 0


def test_the_distributions_are_of_the_newest_judged_window(seen: Seen) -> None:
    found = seen.facts().distributions
    assert found is not None
    assert (found.judged, found.window.start) == (True, SECOND + WEEK)
    score = next(each for each in found.every if each.name == SCORE)
    assert sum(score.now) == 7 * ROWS
    assert score.difference is not None
    assert len(score.labels) == len(score.then) == len(score.now)


def test_nothing_is_known_of_the_values_of_a_sensitive_feature(seen: Seen) -> None:
    facts = seen.facts()
    assert facts.distributions is not None
    rider = next(each for each in facts.distributions.every if each.name == "rider")
    assert (rider.labels, rider.then, rider.now) == ((), (), ())
    assert facts.slices is not None
    assert "rider" not in facts.slices.by_feature


def test_a_time_is_of_the_windows_that_it_meets(seen: Seen) -> None:
    facts = seen.facts(Span(SECOND, SECOND + timedelta(days=3)))
    assert len(facts.days) == 4
    assert [w.judged.window.start for w in facts.windows] == [SECOND]


def test_before_a_window_has_closed_rows_are_shown_and_nothing_is_tested(seen: Seen) -> None:
    facts = seen.facts(Span(FIRST, FIRST))
    assert facts.distributions is not None
    assert not facts.distributions.judged
    assert all(each.difference is None for each in facts.distributions.every)
    assert facts.slices is None


def test_slices_are_of_the_last_cohort_and_lose_what_it_lost(seen: Seen) -> None:
    facts = seen.facts()
    assert facts.slices is not None
    cohort = facts.cohorts[-1].judged
    loss = cohort.realised["log_loss"]
    whole = facts.slices.whole
    assert math.isclose(whole.value, loss.value)
    assert math.isclose(whole.lower, loss.lower)
    assert math.isclose(whole.upper, loss.upper)
    towns = facts.slices.by_feature["town"]
    rows = sum(each.rows for each in towns)
    assert rows == cohort.labelled
    mean = sum(each.loss.value * each.rows for each in towns) / rows
    assert math.isclose(mean, loss.value)


def test_a_time_without_rows_is_refused_with_the_days_that_there_are(seen: Seen) -> None:
    with pytest.raises(NoDays, match=f"days from {FIRST} to {FIRST + timedelta(DAYS - 1)}"):
        seen.facts(Span(until=FIRST - WEEK))


def test_before_the_monitor_has_looked_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NothingWatched, match=r"no state\.db yet.*mooring\.monitor"):
        gather(Sources(tmp_path, tmp_path / MODEL, ModelSettings()), Span())


def test_a_model_that_was_never_logged_is_refused(seen: Seen) -> None:
    other = Sources(seen.world.home, seen.world.models / "ferry", ModelSettings())
    with pytest.raises(NothingWatched, match="counted no day of it"):
        gather(other, Span())
