"""The token of the hop, between the real gateway and a service that asks for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import gateway, until
from mooring.gateway.testing.upstream import Behaviour, upstream
from mooring.process.errors import BadSetting

OLD, NEW = "old-" + "a" * 32, "new-" + "b" * 32
FAST = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05)


@pytest.mark.parametrize("tokens", [OLD, f"{OLD}\n{NEW}"])
def test_the_first_token_opens_the_service(tokens: str) -> None:
    with (
        upstream(Behaviour(token=OLD)) as service,
        gateway(service.url, replace(FAST, hop_token=tokens)) as served,
    ):
        served.until_ready()
        assert served.predict(ROW).status == 200


@pytest.mark.parametrize("token", ["", NEW])
def test_without_the_token_the_model_is_not_ready_and_the_reason_is_told(token: str) -> None:
    with (
        upstream(Behaviour(token=OLD)) as service,
        gateway(service.url, replace(FAST, hop_token=token)) as served,
    ):
        told = until(lambda: served.get("/readyz").body, lambda body: b"TOKEN" in body)
        assert served.predict(ROW).status == 503
    assert OLD.encode() not in told


def test_nothing_that_a_caller_sends_takes_the_place_of_the_token() -> None:
    with (
        upstream(Behaviour(token=OLD)) as service,
        gateway(service.url, replace(FAST, hop_token=OLD)) as served,
    ):
        served.until_ready()
        forged = {"Authorization": f"Bearer {NEW}", "Content-Type": "application/json"}
        body = '{"instances": []}'
        served.post("/v1/models/voyage_delay:predict", body, forged)
        assert served.predict(ROW).status == 200


def test_a_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{OLD}\n")
    assert Settings.of({"MOORING_HOP_TOKEN": OLD}).hop_token == OLD
    named = {"MOORING_HOP_TOKEN_FILE": str(tmp_path / "token")}
    assert Settings.of(named).hop_token == OLD


@pytest.mark.parametrize(
    "token", ["canary-short", "canary-\n" + "a" * 40, "canary " * 30, "canary-ä" + "a" * 40]
)
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused_unseen(token: str) -> None:
    with pytest.raises(BadSetting, match="32 to 200 letters") as raised:
        Settings.of({"MOORING_HOP_TOKEN": token})
    assert "canary" not in str(raised.value)
