from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway.prediction_ids import FORM, PredictionIds, has_its_row, share_of

SECRET = b"s" * 32
MODEL, CALLER = "voyage_delay", "key-1"


def test_ids_of_requests_in_the_same_millisecond_differ() -> None:
    ids = PredictionIds(clock=lambda: 1_767_225_600_000_000_000)
    made = [name for _ in range(2_000) for name in ids.make(MODEL, CALLER, 2)]
    assert len(set(made)) == 4_000


def test_the_first_part_of_an_id_is_its_time() -> None:
    name = PredictionIds(clock=lambda: 1_767_225_600_123_000_000).make(MODEL, CALLER, 1)[0]
    assert int(name[:12], 16) == 1_767_225_600_123


@pytest.mark.parametrize(
    "model, caller, whose",
    [
        pytest.param(MODEL, CALLER, "own", id="who asked, about the model that was asked"),
        pytest.param(MODEL, "key-2", "other", id="somebody else"),
        pytest.param(MODEL, "", "other", id="nobody in particular"),
        pytest.param("flight_delay", CALLER, "unknown", id="another model"),
    ],
)
def test_every_gateway_with_the_secret_knows_whose_prediction_it_is(
    model: str, caller: str, whose: str
) -> None:
    name = PredictionIds([SECRET]).make(MODEL, CALLER, 3)[2]
    assert PredictionIds([SECRET]).whose(name, model, caller) == whose


def test_a_secret_can_be_exchanged_while_its_ids_are_about() -> None:
    before, after = [SECRET], [b"n" * 32, SECRET]
    name = PredictionIds(before).make(MODEL, CALLER, 1)[0]
    assert PredictionIds(after).whose(name, MODEL, CALLER) == "own"
    assert PredictionIds(after[:1]).whose(name, MODEL, CALLER) == "unknown"


def test_without_a_secret_only_the_same_process_recognises_its_ids() -> None:
    first, second = PredictionIds(), PredictionIds()
    name = first.make(MODEL, CALLER, 1)[0]
    assert first.whose(name, MODEL, CALLER) == "own"
    assert second.whose(name, MODEL, CALLER) == "unknown"


@given(st.integers(0, 56), st.integers(1, 15))
def test_an_id_with_any_other_digit_is_not_recognised(place: int, more: int) -> None:
    ids = PredictionIds([SECRET])
    name = ids.make(MODEL, CALLER, 1)[0]
    digit = f"{(int(name[place], 16) + more) % 16:x}"
    assert ids.whose(name[:place] + digit + name[place + 1 :], MODEL, CALLER) == "unknown"


@pytest.mark.parametrize(
    "row, there",
    [
        pytest.param("1", True, id="the second of two rows"),
        pytest.param("2", False, id="the third of two rows"),
    ],
)
def test_an_id_has_only_the_rows_of_its_request(row: str, there: bool) -> None:
    ids = PredictionIds()
    stem = ids.make(MODEL, CALLER, 2)[0].removesuffix("-0")
    assert has_its_row(f"{stem}-{row}") is there
    assert (ids.whose(f"{stem}-{row}", MODEL, CALLER) == "own") is there


def test_ids_have_the_form_that_is_promised() -> None:
    assert all(re.match(FORM, name) for name in PredictionIds().make(MODEL, CALLER, 1_000))


def test_rows_of_a_request_are_sampled_together_and_requests_evenly() -> None:
    ids = PredictionIds()
    shares = [{share_of(name) for name in ids.make(MODEL, CALLER, 3)} for _ in range(2_000)]
    assert all(len(one) == 1 for one in shares)
    below = sum(min(one) < 0.25 for one in shares)
    assert 400 < below < 600
