from __future__ import annotations

import pytest

from mooring.gateway.errors import GatewayError, UpstreamTimeout, WrongMethod
from mooring.gateway.hop.batch import twin


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(UpstreamTimeout("voyage_delay", "no answer"), id="of the upstream"),
        pytest.param(WrongMethod(("POST",)), id="with data of its own"),
        pytest.param(ValueError("one", 2), id="of Python"),
        pytest.param(UnicodeDecodeError("utf-8", b"x", 0, 1, "why"), id="made in its own way"),
    ],
)
def test_a_twin_is_another_object_that_says_the_same(error: Exception) -> None:
    other = twin(error)
    assert other is not error
    assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_a_twin_shows_where_its_original_was_raised_and_leaves_it_alone() -> None:
    with pytest.raises(GatewayError) as first:
        raise GatewayError("it broke")
    trace = first.value.__traceback__
    with pytest.raises(GatewayError) as second:
        raise twin(first.value)
    assert first.value.__traceback__ is trace
    assert second.value.__traceback__ is not None
    assert second.value.__traceback__.tb_next is trace
