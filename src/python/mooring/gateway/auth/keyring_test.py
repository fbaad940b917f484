"""Keys come and go while the gateway runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from mooring.gateway.auth.errors import BadKeys
from mooring.gateway.testing.gateway import until
from mooring.gateway.testing.keys import KeysOnDisk, Start, bearer, predict


def test_keys_are_rotated_while_the_gateway_runs(start: Start, keys: KeysOnDisk) -> None:
    old = keys.add("batch")
    with start() as served:
        served.until_ready()
        new = keys.add("batch")
        until(lambda: predict(served, bearer(new)).status, lambda status: status == 200)
        assert predict(served, bearer(old)).status == 200
        keys.remove(old)
        until(lambda: predict(served, bearer(old)).status, lambda status: status == 401)
        assert predict(served, bearer(new)).status == 200
        gone = old.split("_")[1]
        assert served.counted("mooring_gateway_key_requests_total", key=gone) is None


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda keys: keys.write('{"format": 1, "keys": [{'), id="half a file"),
        pytest.param(lambda keys: keys.write('{"format": 1, "keys": [{}]}'), id="half a key"),
        pytest.param(lambda keys: keys.path.unlink(), id="no file"),
    ],
)
def test_keys_stay_as_they_were_while_the_file_is_not_in_order(
    start: Start, keys: KeysOnDisk, spoil: Callable[[KeysOnDisk], None]
) -> None:
    key = keys.add()
    with start() as served:
        stale = partial(served.counted, "mooring_gateway_keys_stale")
        served.until_ready()
        spoil(keys)
        until(stale, lambda value: value == 1.0)
        assert predict(served, bearer(key)).status == 200
        another = keys.add()
        until(stale, lambda value: value == 0.0)
        assert predict(served, bearer(another)).status == 200
        assert served.counted("mooring_gateway_keys") == 2.0


def test_a_gateway_does_not_start_on_keys_that_it_cannot_read(
    start: Start, keys: KeysOnDisk
) -> None:
    keys.write("{")
    with pytest.raises(BadKeys), start():
        pass
