from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from mooring.serving.errors import InvalidSettings
from mooring.serving.hop_token import HopTokens, RequireToken, read_tokens

OLD, NEW = "old-" + "a" * 32, "new-" + "b" * 32

Call = Callable[..., Any]


async def reached(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"reached"})


def guarded(*tokens: str) -> RequireToken:
    accepted = HopTokens()
    accepted.accept(tokens)
    return RequireToken(reached, accepted)


@pytest.mark.parametrize("token", [OLD, NEW])
def test_two_tokens_are_accepted_while_one_replaces_the_other(call: Call, token: str) -> None:
    app = guarded(OLD, NEW)
    for header in (f"Bearer {token}", f"bearer {token}"):
        assert call(app, "POST", "/columns", {"Authorization": header}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": f"Bearer {NEW}"}, id="another token"),
        pytest.param({"Authorization": f"Bearer {OLD[:-1]}"}, id="a token cut short"),
        pytest.param({"Authorization": f"Bearer {OLD} "}, id="a space too much"),
        pytest.param({"Authorization": f"Basic {OLD}"}, id="another scheme"),
        pytest.param({"Authorization": OLD}, id="no scheme"),
        pytest.param({"Authorization": "Bearer "}, id="an empty token"),
        pytest.param({"Authorization": "Bearer ä"}, id="no ASCII"),
        pytest.param({"X-Api-Key": OLD}, id="another header"),
    ],
)
def test_without_the_token_nothing_is_reached(call: Call, headers: dict[str, str]) -> None:
    answer = call(guarded(OLD), "POST", "/columns", headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert OLD.encode() not in answer.body


@pytest.mark.parametrize(
    "path",
    ["/columns", "/predict", "/contract.json", "/", "/docs.json", "/schema.json", "/livez/", "//"],
)
def test_everything_needs_the_token(call: Call, path: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        assert call(guarded(OLD), method, path).status == 401


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/metrics"])
def test_but_probes_and_metrics(call: Call, path: str) -> None:
    assert call(guarded(OLD), "GET", path).status == 200


def test_where_no_token_is_set_all_may_ask(call: Call) -> None:
    assert call(guarded(), "POST", "/columns").status == 200


def test_before_the_settings_are_read_nobody_may(call: Call) -> None:
    assert call(RequireToken(reached, HopTokens()), "POST", "/columns").status == 401


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({}, (), id="none"),
        pytest.param({"MOORING_HOP_TOKEN": ""}, (), id="an empty variable"),
        pytest.param({"MOORING_HOP_TOKEN": OLD}, (OLD,), id="one"),
        pytest.param({"MOORING_HOP_TOKEN": f" {OLD}\n{NEW}\n"}, (OLD, NEW), id="two"),
    ],
)
def test_tokens_are_read_from_the_variable(
    environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert read_tokens(environ) == expected


def test_tokens_are_read_from_a_file_unless_the_variable_is_set(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{OLD}\n{NEW}\n")
    file = {"MOORING_HOP_TOKEN_FILE": str(path)}
    assert read_tokens(file) == (OLD, NEW)
    assert read_tokens(file | {"MOORING_HOP_TOKEN": NEW}) == (NEW,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param("", "the file holds no token", id="an empty file"),
        pytest.param("canary-short", "32 to 200", id="a token that can be guessed"),
        pytest.param(f"{OLD} canary,{NEW}", "32 to 200", id="a comma"),
        pytest.param("ä" * 40, "not ASCII", id="no ASCII"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_never_repeated(
    tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidSettings, match=said) as raised:
        read_tokens({"MOORING_HOP_TOKEN_FILE": str(path)})
    assert raised.value.place == "MOORING_HOP_TOKEN_FILE"
    assert "canary" not in str(raised.value)
