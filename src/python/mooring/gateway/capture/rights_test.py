"""Whose predictions a caller may label, at the gateway that predicted and at others."""

from __future__ import annotations

from typing import Literal

import pytest

from mooring.gateway.capture.errors import FeedbackError, NotYours, UnknownPredictions
from mooring.gateway.capture.rights import Asker, asker_of, check_rights
from mooring.gateway.prediction_ids import PredictionIds

MODEL = "voyage_delay"
OWNER, OTHER = Asker("key-1", "predictor"), Asker("key-2", "predictor")
LABELER, ANYONE = Asker("key-9", "labeler"), Asker("", "anyone")

At = Literal["the same", "a sister", "a stranger"]


def gateways() -> dict[At, PredictionIds]:
    """The one that predicted, one with its secret, and one with another."""
    secret = b"s" * 32
    return {
        "the same": PredictionIds([secret]),
        "a sister": PredictionIds([secret]),
        "a stranger": PredictionIds([b"o" * 32]),
    }


@pytest.mark.parametrize(
    ("asker", "at", "refused"),
    [
        pytest.param(OWNER, "the same", None, id="who predicted, where it was predicted"),
        pytest.param(OWNER, "a sister", None, id="who predicted, at another replica"),
        pytest.param(OTHER, "the same", NotYours, id="another key"),
        pytest.param(OTHER, "a sister", NotYours, id="another key at another replica"),
        pytest.param(LABELER, "a sister", None, id="a labeler"),
        pytest.param(ANYONE, "a sister", None, id="anyone, where nobody is asked"),
        pytest.param(OWNER, "a stranger", UnknownPredictions, id="an id of another installation"),
        pytest.param(LABELER, "a stranger", UnknownPredictions, id="the same by a labeler"),
        pytest.param(ANYONE, "a stranger", UnknownPredictions, id="the same by anyone"),
    ],
)
def test_labels_come_from_who_predicted_or_from_a_labeler(
    asker: Asker, at: At, refused: type[FeedbackError] | None
) -> None:
    asked = gateways()
    names = asked["the same"].make(MODEL, OWNER.id, 2)
    if refused is None:
        check_rights(names, MODEL, asker, asked[at])
        return
    with pytest.raises(refused) as raised:
        check_rights(names, MODEL, asker, asked[at])
    assert raised.value.labels == 2


@pytest.mark.parametrize(
    ("asker", "refused"),
    [
        pytest.param(OWNER, True, id="the key that asked cannot be known again"),
        pytest.param(LABELER, False, id="a labeler is believed"),
        pytest.param(ANYONE, False, id="anyone is, where nobody is asked"),
    ],
)
def test_without_a_secret_a_restart_leaves_labels_to_labelers(asker: Asker, refused: bool) -> None:
    names = PredictionIds().make(MODEL, OWNER.id, 1)
    restarted = PredictionIds()
    if refused:
        with pytest.raises(NotYours):
            check_rights(names, MODEL, asker, restarted)
    else:
        check_rights(names, MODEL, asker, restarted)


def test_only_the_ids_at_fault_are_pointed_at() -> None:
    ids = PredictionIds([b"s" * 32])
    mixed = [*ids.make(MODEL, OWNER.id, 2), *ids.make(MODEL, OTHER.id, 1)]
    with pytest.raises(NotYours) as raised:
        check_rights(mixed, MODEL, OWNER, ids)
    assert [fault.path for fault in raised.value.violations] == ["labels[2].prediction_id"]


def test_an_id_of_another_model_is_unknown() -> None:
    ids = PredictionIds([b"s" * 32])
    with pytest.raises(UnknownPredictions):
        check_rights(ids.make("flight_delay", OWNER.id, 1), MODEL, LABELER, ids)


def test_who_has_no_name_is_anyone() -> None:
    assert asker_of({"type": "http"}) == ANYONE
