from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mooring.gateway.auth.caller import Caller
from mooring.gateway.auth.errors import KeyOutdated, UnknownCredential
from mooring.gateway.auth.keys import PREFIX, Key, Keys, digest_of, new_key

NOW = datetime(2024, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALLER = Caller("batch", frozenset({"predict"}))
TEXT, ID = new_key()


def keys(not_before: datetime | None = None, expires: datetime | None = None) -> Keys:
    return Keys([Key(ID, digest_of(TEXT), CALLER, not_before, expires)])


def test_a_new_key_has_its_prefix_its_id_and_160_random_bits() -> None:
    assert TEXT.startswith(f"{PREFIX}{ID}_")
    assert len(bytes.fromhex(TEXT.removeprefix(f"{PREFIX}{ID}_"))) * 8 == 160
    assert len({new_key()[0] for _ in range(100)}) == 100


def test_a_key_is_found_whole() -> None:
    assert keys().find(TEXT, NOW).caller == CALLER


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1"), id="the last digit is wrong"),
        pytest.param(TEXT[:-1], id="cut short"),
        pytest.param(TEXT + "0", id="too long"),
        pytest.param(TEXT.upper(), id="in upper case"),
        pytest.param(TEXT + "\n", id="with a line end"),
        pytest.param(TEXT.replace(PREFIX, ""), id="without its prefix"),
        pytest.param(new_key()[0], id="of nobody"),
        pytest.param(f"{PREFIX}{ID}_{'0' * 40}", id="the right id and another secret"),
        pytest.param(digest_of(TEXT).hex(), id="the digest, as the file has it"),
        pytest.param("\udcff", id="no Unicode"),
    ],
)
def test_what_is_not_the_whole_key_is_unknown(text: str) -> None:
    with pytest.raises(UnknownCredential):
        keys().find(text, NOW)


def test_no_keys_let_nobody_in() -> None:
    with pytest.raises(UnknownCredential):
        Keys().find(TEXT, NOW)


@pytest.mark.parametrize(
    ("not_before", "expires", "said"),
    [
        pytest.param(NOW + HOUR, None, "not valid yet", id="too early"),
        pytest.param(None, NOW, "has expired", id="on the moment of its end"),
        pytest.param(NOW - 2 * HOUR, NOW - HOUR, "has expired", id="too late"),
    ],
)
def test_the_right_key_at_the_wrong_time_is_told_so(
    not_before: datetime | None, expires: datetime | None, said: str
) -> None:
    with pytest.raises(KeyOutdated, match=said):
        keys(not_before, expires).find(TEXT, NOW)


def test_a_wrong_secret_is_not_told_that_the_key_has_expired() -> None:
    with pytest.raises(UnknownCredential):
        keys(expires=NOW - HOUR).find(f"{PREFIX}{ID}_{'0' * 40}", NOW)


def test_a_key_is_good_from_its_first_moment_until_its_last() -> None:
    found = keys(not_before=NOW, expires=NOW + HOUR)
    assert found.find(TEXT, NOW)
    assert found.find(TEXT, NOW + HOUR - timedelta.resolution)
