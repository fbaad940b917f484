"""What is written of predictions and labels is what is read, and nothing sensitive is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.contract.testing.strategies import contracts, rows
from mooring.predictionlog.cloudevents import REQUEST, RESPONSE, as_cloudevents
from mooring.predictionlog.context import Context, LoggedFeature, context_of
from mooring.predictionlog.entries import LabelEntry, PredictionEntry
from mooring.predictionlog.errors import BrokenFrame
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.records import Labels, Predictions, records_of
from mooring.predictionlog.sensitive import hashed, logged_features
from mooring.predictionlog.testing.records import CONTEXT, entry

KEY = b"k" * 32

# Drawing a contract takes a tenth of a second on a busy machine.
unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_back(written: PredictionEntry) -> list[Predictions]:
    batches = []
    for part in written.parts():
        frame = Frame(Kind.ROWS, part.payload, 1, part.context.key, part.rows)
        batch = records_of(frame, context_of(part.context.frame()))
        assert isinstance(batch, Predictions)
        batches.append(batch)
    return batches


def logged(contract: Contract, asked: list[dict[str, Any]], key: bytes) -> PredictionEntry:
    context = Context("predictions", contract.name, features=logged_features(contract, key))
    return PredictionEntry(
        context=context,
        ids=[f"stem-{row}" for row in range(len(asked))],
        at=0,
        seconds=0.5,
        trace="",
        caller="",
        protocol="native",
        values=np.linspace(0.1, 0.9, len(asked)),
        columns=columns_of(contract, asked),
        key=key,
    )


@unhurried
@given(st.data())
def test_any_rows_of_any_contract_are_read_as_they_were_predicted(data: st.DataObject) -> None:
    contract = data.draw(contracts(most_features=3))
    asked = data.draw(rows(contract))
    (batch,) = read_back(logged(contract, asked, b""))
    kept = [feature for feature in contract.features if not feature.sensitive]
    assert list(batch.columns) == [feature.name for feature in kept]
    for feature in kept:
        for row, value in enumerate(asked):
            assert batch.columns[feature.name][row] == _held(feature, value[feature.name])
    assert batch.values == tuple(np.linspace(0.1, 0.9, len(asked)))


def _held(feature: Feature, value: Any) -> Any:
    """A value as columns hold it."""
    return float(value) if feature.numeric and value is not None else value


@unhurried
@given(st.data())
def test_no_sensitive_value_is_written_with_or_without_a_key(data: st.DataObject) -> None:
    contract = data.draw(contracts(most_features=3))
    named = tuple(f.model_copy(update={"sensitive": True}) for f in contract.features)
    secret = contract.model_copy(update={"features": named})
    asked = data.draw(rows(secret))
    for key in (b"", KEY):
        for batch in read_back(logged(secret, asked, key)):
            for name, column in batch.columns.items():
                plain = [_held(secret.features[_at(secret, name)], row[name]) for row in asked]
                assert all(a is None or a != b for a, b in zip(column, plain, strict=True))
    assert read_back(logged(secret, asked, b""))[0].columns == {}


def _at(contract: Contract, name: str) -> int:
    return contract.feature_names.index(name)


def test_a_hash_tells_equal_values_of_one_feature_and_nothing_else() -> None:
    one = hashed(KEY, "age", [30.0, 31.0, 30.0, math.nan])
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert hashed(KEY, "weight", [30.0])[0] != one[0]
    assert hashed(b"o" * 32, "age", [30.0])[0] != one[0]
    assert hashed(KEY, "name", ["", "Anna"])[0] is None
    assert "Anna" not in str(hashed(KEY, "name", ["Anna"]))


def test_hashing_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="without a key"):
        hashed(b"", "age", [30.0])


def test_a_large_request_becomes_frames_of_bounded_size() -> None:
    batches = read_back(entry(7, rows=1_000))
    assert [len(batch.ids) for batch in batches] == [256, 256, 256, 232]
    assert [name for batch in batches for name in batch.ids] == entry(7, rows=1_000).ids


def test_many_features_make_frames_of_fewer_rows() -> None:
    wide = [LoggedFeature(f"x{n}", "float") for n in range(2_000)]
    context = Context("predictions", "wide", features=tuple(wide))
    columns = {feature.name: np.zeros(5) for feature in wide}
    whole = PredictionEntry(context, ["i-0", "i-1", "i-2", "i-3", "i-4"], 0, 0, "", "", "native",
                            np.zeros(5), columns)  # fmt: skip
    assert [part.rows for part in whole.parts()] == [2, 2, 1]


def test_ids_without_a_stem_are_spelt_out() -> None:
    odd = PredictionEntry(**{**vars(entry(1, rows=2)), "ids": ["b", "a"]})
    assert read_back(odd)[0].ids == ("b", "a")


def test_some_rows_of_a_batch_keep_their_ids_and_values() -> None:
    (batch,) = read_back(entry(3, rows=4))
    kept = batch.only([0, 2])
    frame = Frame(Kind.ROWS, kept.payload(), 1, CONTEXT.key, 2)
    assert records_of(frame, CONTEXT) == kept
    assert kept.ids == (batch.ids[0], batch.ids[2])
    assert kept.columns["hour"] == [0.0, 2.0]


def test_labels_are_read_as_they_were_written() -> None:
    context = Context("feedback", "voyage_delay")
    said = Labels(context, ("a", "b"), (1.0, 0.0), (5, 6), 7, "key-1", "predictor", (False, True))
    (part,) = LabelEntry(said).parts()
    assert records_of(Frame(Kind.ROWS, part.payload, 1, context.key, 2), context) == said


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no members"),
        pytest.param(b'{"stem":"a","first":0,"values":[1],"columns":[]}', id="too few columns"),
    ],
)
def test_a_payload_of_another_form_is_a_broken_frame(payload: bytes) -> None:
    with pytest.raises(BrokenFrame):
        records_of(Frame(Kind.ROWS, payload, 1, CONTEXT.key, 1), CONTEXT)


def test_the_same_context_has_the_same_key_and_another_has_another() -> None:
    assert context_of(CONTEXT.frame()) == CONTEXT
    assert context_of(CONTEXT.frame()).key == CONTEXT.key
    assert Context("predictions", "voyage_delay", version=4).key != CONTEXT.key


def test_each_prediction_is_a_request_and_a_response_in_cloud_events() -> None:
    (batch,) = read_back(entry(3, rows=2))
    events = list(as_cloudevents(batch))
    assert [event["type"] for event in events] == [REQUEST, RESPONSE] * 2
    assert [event["id"] for event in events] == [batch.ids[0]] * 2 + [batch.ids[1]] * 2
    assert events[0]["data"] == {"instances": [{"origin": "JFK", "hour": 0.0}]}
    assert events[1]["data"] == {"predictions": [0.0]}
    assert events[0]["source"] == "/v1/models/voyage_delay/versions/3"
    assert events[0]["specversion"] == "1.0"
