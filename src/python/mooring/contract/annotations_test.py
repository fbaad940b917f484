"""`Category` in a class of its own right, and what the annotations put into a JSON schema."""

from __future__ import annotations

from typing import Annotated

import pytest

from mooring.contract.annotations import Category, Unit
from mooring.contract.features import Features


class Crossing(Features):
    """One crossing."""

    line: Annotated[str, Category("north", "south")]
    berth: Annotated[str | None, Category("a")] = None
    ship: Annotated[str, Category(open=True)]
    miles: Annotated[float | None, Unit("nmi")]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param((), "needs its values", id="a closed one without values"),
        pytest.param(("a", "a"), "distinct", id="a value twice"),
        pytest.param(("a", ""), "not empty", id="an empty value"),
    ],
)
def test_a_category_that_means_nothing_is_refused(values: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Category(*values)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(Category("a", "b"), True, id="the same values"),
        pytest.param(Category("b", "a"), False, id="another order, which is another encoding"),
        pytest.param(Category("a", "b", open=True), False, id="the same values, but open"),
        pytest.param("a", False, id="something else"),
    ],
)
def test_categories_are_compared_by_content(other: object, same: bool) -> None:
    assert (Category("a", "b") == other) is same


def test_the_json_schema_shows_values_units_and_null() -> None:
    shown = Crossing.model_json_schema()["properties"]
    assert shown["line"]["enum"] == ["north", "south"]
    assert {"type": "null"} in shown["berth"]["anyOf"]
    assert (shown["ship"]["minLength"], shown["ship"]["maxLength"]) == (1, 256)
    assert shown["miles"]["x-unit"] == "nmi"
