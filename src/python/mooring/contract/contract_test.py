"""`contract.json` is complete, canonical, and refused with the place of its first fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from mooring.contract.canonical import canonical_json
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.errors import InvalidContract
from mooring.contract.features import Features
from mooring.contract.testing.strategies import contracts

Document = dict[str, Any]


class Walk(Features):
    """One walk."""

    miles: float


@given(contracts())
def test_json_and_contract_are_inverse_to_each_other(contract: Contract) -> None:
    read = Contract.from_json(contract.to_json())
    assert read == contract
    assert read.to_json() == contract.to_json()
    assert read.digest == contract.digest


@given(contracts())
def test_json_is_canonical(contract: Contract) -> None:
    assert canonical_json(json.loads(contract.to_json())) == contract.to_json()


def test_an_unset_promise_is_left_out(contract: Contract) -> None:
    miles = json.loads(contract.to_json())["features"][3]
    assert miles["gt"] == 0
    assert not {"ge", "le", "lt", "categories"} & set(miles)


def test_the_digest_tells_two_promises_apart(contract: Contract) -> None:
    wider = contract.model_copy(update={"limits": Limits(rows=4)})
    assert wider.digest != contract.digest


def test_the_order_of_features_is_part_of_the_promise(contract: Contract) -> None:
    turned = contract.model_copy(update={"features": contract.features[::-1]})
    assert turned.feature_names == contract.feature_names[::-1]
    assert turned.digest != contract.digest


def put(*path: str | int, value: Any) -> Callable[[Document], None]:
    """An edit that writes `value` at `path`."""

    def edit(document: Document) -> None:
        inner: Any = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        pytest.param(put("format", value=2), "format", id="a newer format"),
        pytest.param(put("surprise", value=1), "surprise", id="an unknown key"),
        pytest.param(put("name", value="Voyage"), "name", id="a name in capitals"),
        pytest.param(put("name", value="voyage\n"), "name", id="a name with a line end"),
        pytest.param(put("version", value="1"), "version", id="half a version"),
        pytest.param(put("version", value="١.٠"), "version", id="digits of another script"),
        pytest.param(put("features", value=[]), "features", id="no features"),
        pytest.param(put("features", 2, "kind", value="date"), "features.2.kind", id="no type"),
        pytest.param(put("features", 2, "le", value="23"), "features.2.le.int",
                     id='"23" for 23'),
        pytest.param(put("features", 2, "nullable", value=1), "features.2.nullable",
                     id="1 for true"),
        pytest.param(put("features", 2, "lt", value=23), "features.2", id="two upper bounds"),
        pytest.param(put("features", 0, "categories", value=["a", "a"]), "features.0",
                     id="a category named twice"),
        pytest.param(put("features", 3, "name", value="copy"), "features.3", id="a reserved name"),
        pytest.param(put("features", 3, "name", value="hour"), "", id="two features of one name"),
        pytest.param(put("prediction", "label", value="hour"), "", id="a label that is a feature"),
        pytest.param(put("prediction", "kind", value="class"), "prediction.kind", id="no kind"),
        pytest.param(put("limits", "rows", value=0), "limits.rows", id="no rows allowed"),
        pytest.param(put("limits", "deadline_seconds", value=601), "limits.deadline_seconds",
                     id="an endless deadline"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_its_place(
    contract: Contract, edit: Callable[[Document], None], place: str
) -> None:
    document = json.loads(contract.to_json())
    edit(document)
    with pytest.raises(InvalidContract) as refused:
        Contract.from_json(json.dumps(document).encode())
    assert refused.value.place == ".".join(filter(None, ("contract.json", place)))
    assert "Contract.to_json" in refused.value.cure


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"format":1', id="a truncated document"),
        pytest.param(b"\xff\xfe", id="bytes that are not UTF-8"),
        pytest.param(b"[" * 100_000, id="nesting without end"),
        pytest.param(b'{"format":NaN}', id="NaN"),
    ],
)
def test_what_is_no_contract_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidContract, match=r"^contract\.json"):
        Contract.from_json(content)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"name": "My Walk"}, "contract My Walk.name", id="a name with a blank"),
        pytest.param({"version": "one"}, "contract walk.version", id="a version in words"),
        pytest.param({"prediction": Prediction(name="t", kind="number", label="miles")},
                     "contract walk", id="a label that is a feature"),
    ],
)  # fmt: skip
def test_a_class_that_makes_no_contract_is_refused(changes: dict[str, Any], place: str) -> None:
    promised = Prediction(name="t", kind="number", label="minutes")
    fitting: dict[str, Any] = {"name": "walk", "version": "1.0", "prediction": promised}
    assert Contract.of(Walk, **fitting).description == "One walk."
    with pytest.raises(InvalidContract) as refused:
        Contract.of(Walk, **fitting | changes)
    assert refused.value.place == place
