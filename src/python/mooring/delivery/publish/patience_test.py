from __future__ import annotations

import time

import pytest

from mooring.delivery.publish.errors import RegistryRefused, RegistryUnreachable
from mooring.delivery.publish.patience import Deadline, Patience, Persistence


def persistence(told: list[str], **more: float) -> Persistence:
    return Persistence(Patience(**{"first_wait": 0.001, **more}), told.append)  # type: ignore[arg-type]


def test_what_fails_for_a_while_is_asked_until_it_answers() -> None:
    told: list[str] = []
    failures = iter([RegistryUnreachable("busy"), RegistryUnreachable("busy"), None])

    def question(seconds: float) -> str:
        if failure := next(failures):
            raise failure
        return "there"

    asked = persistence(told)
    assert asked.ask(asked.deadline(), question) == "there"
    assert told == ["busy; trying again in 0 s"] * 2


def test_the_last_failure_is_the_one_that_is_told() -> None:
    asked = persistence([], tries=3)
    failures = iter(["first", "second", "third"])

    def question(seconds: float) -> None:
        raise RegistryUnreachable(next(failures))

    with pytest.raises(RegistryUnreachable, match="third"):
        asked.ask(asked.deadline(), question)


def test_a_refusal_is_told_at_once() -> None:
    told: list[str] = []
    asked = persistence(told)

    def question(seconds: float) -> None:
        raise RegistryRefused("no")

    with pytest.raises(RegistryRefused):
        asked.ask(asked.deadline(), question)
    assert told == []


def test_no_wait_is_begun_that_the_deadline_would_cut() -> None:
    told: list[str] = []
    asked = persistence(told, seconds=10, first_wait=100.0)

    def question(seconds: float) -> None:
        raise RegistryUnreachable("busy")

    with pytest.raises(RegistryUnreachable):
        asked.ask(asked.deadline(), question)
    assert told == []


def test_one_try_never_takes_all_the_time_that_is_left() -> None:
    deadline = Deadline(time.monotonic() + 100)
    assert 0 < deadline.share <= 50
    assert Deadline(time.monotonic() - 1).share == 0
