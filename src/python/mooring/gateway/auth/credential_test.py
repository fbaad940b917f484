from __future__ import annotations

import pytest

from mooring.gateway.auth.credential import LONGEST, credential_of
from mooring.gateway.auth.errors import AmbiguousCredential, MissingCredential

Head = list[tuple[bytes, bytes]]


def sent(*headers: tuple[str, str]) -> Head:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(sent(("authorization", "Bearer abc")), id="a bearer token"),
        pytest.param(sent(("authorization", "bEARER   abc")), id="the scheme in any case"),
        pytest.param(sent(("x-api-key", "abc")), id="a key"),
        pytest.param(sent(("x-api-key", "abc"), ("authorization", "Bearer abc")), id="the same"),
        pytest.param(sent(("accept", "*/*"), ("x-api-key", "abc")), id="among others"),
    ],
)
def test_a_credential_is_found(headers: Head) -> None:
    assert credential_of({"headers": headers}) == "abc"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(sent(("authorization", "Basic YTpi")), id="another scheme"),
        pytest.param(sent(("authorization", "abc")), id="no scheme"),
        pytest.param(sent(("authorization", "Bearer")), id="a scheme alone"),
        pytest.param(sent(("authorization", "Bearer ")), id="an empty token"),
        pytest.param(sent(("authorization", "Bearer a b")), id="two words"),
        pytest.param(sent(("authorization", "Bearer a,Bearer b")), id="a list"),
        pytest.param(sent(("authorization", "Bearer \xe4")), id="no ASCII"),
        pytest.param(sent(("authorization", "Bearer a\tb")), id="a tab"),
        pytest.param(sent(("authorization", "")), id="an empty header"),
        pytest.param(sent(("x-api-key", "")), id="an empty key"),
        pytest.param(sent(("x-api-key", "a"), ("x-api-key", "b")), id="two keys"),
        pytest.param(sent(("x-api-key", "a"), ("authorization", "Bearer b")), id="two ways"),
        pytest.param(sent(("x-api-key", "a" * (LONGEST + 1))), id="a huge one"),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(headers: Head) -> None:
    with pytest.raises(AmbiguousCredential):
        credential_of({"headers": headers})


@pytest.mark.parametrize(
    "headers", [pytest.param([], id="none"), pytest.param(sent(("cookie", "a=b")), id="a cookie")]
)
def test_no_credential_is_something_else(headers: Head) -> None:
    with pytest.raises(MissingCredential):
        credential_of({"headers": headers})
