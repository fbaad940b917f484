"""All questions of honesty, in order; what a gate exempts from stands in the evidence, with why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.honesty import QUESTIONS, Honesty, Question
from mooring.blessing.known import known_in_time
from mooring.blessing.leakage import no_feature_tells, no_features_tell
from mooring.blessing.order import past_before_future, times_belong_to_rows
from mooring.blessing.overlap import rows_apart
from mooring.blessing.permutation import Refit, chance_stays_chance

EXEMPT = "exempt"


def honesty_checks(honesty: Honesty, hearing: Hearing, refit: Refit | None) -> Iterator[Check]:
    """Every question's checks; of an exempt one, a single check that says why it was not asked."""
    ask: dict[Question, Callable[[], Iterator[Check]]] = {
        "single features": lambda: no_feature_tells(hearing, honesty.ceiling),
        "features together": lambda: no_features_tell(hearing, honesty.ceiling),
        "overlap": lambda: rows_apart(hearing, honesty.most_copies),
        "time order": lambda: past_before_future(hearing),
        "event times": lambda: times_belong_to_rows(hearing),
        "known in time": lambda: known_in_time(hearing),
        "labels dealt anew": lambda: chance_stays_chance(hearing, refit),
    }
    for question in QUESTIONS:
        if question in honesty.exempt:
            yield _exempt(question, honesty.exempt[question])
        else:
            yield from ask[question]()


def _exempt(question: Question, reason: str) -> Check:
    return Check(
        name=question,
        rows=0,
        metric=EXEMPT,
        value=None,
        demand="nothing, by the gate",
        verdict="blessed",
        reason=f"not asked: {reason}",
    )
