"""Whatever a contract says, its source says again."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.contract.testing.strategies import contracts
from mooring.scaffold.contract_source import contract_source


def run(source: str) -> Contract:
    # Pydantic looks the names of annotations up in the module that is known by its name.
    module = sys.modules["generated_contract"] = ModuleType("generated_contract")
    try:
        exec(compile(source, "contract.py", "exec"), module.__dict__)
    finally:
        del sys.modules["generated_contract"]
    contract: Contract = module.CONTRACT
    return contract


@settings(max_examples=60)
@given(contracts())
def test_running_the_source_gives_an_equal_contract(contract: Contract) -> None:
    made = run(contract_source(contract, "A contract."))
    assert made.to_json() == contract.to_json()


@pytest.mark.parametrize("name", ["float", "Field", "Ge", "Annotated", "Features", "bloodPressure"])
@pytest.mark.parametrize("required", [True, False])
def test_a_feature_may_be_called_what_the_source_itself_uses(name: str, required: bool) -> None:
    features = tuple(
        Feature(name=n, kind="float", nullable=True, required=required, ge=0.0, example=1.5)
        for n in ("a", name, "z")
    )
    prediction = Prediction(name="p", kind="number", label="y")
    contract = Contract(name="m", version="1.0", features=features, prediction=prediction)
    assert run(contract_source(contract, "A contract.")) == contract


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_description_survives(description: str) -> None:
    prediction = Prediction(name="p", kind="number", label="y", description=description)
    feature = Feature(name="a", kind="float", example=1.5, description=description)
    contract = Contract(
        name="m", version="1.0", features=(feature,), prediction=prediction,
        description=description.strip(),
    )  # fmt: skip
    assert run(contract_source(contract, "A contract.")).to_json() == contract.to_json()
