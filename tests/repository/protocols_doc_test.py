"""The commands of docs/gateway/protocols.md are answered as it says, by a gateway of that model."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest

from mooring.contract.contract import Contract
from mooring.gateway.testing.contracts import BUNDLE, VERSION
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import Behaviour, upstream
from tests.repository.tracked import ROOT

MODEL = "flight_delay"
PAGE = (ROOT / "docs/gateway/protocols.md").read_text()
COMMANDS = re.findall(r"^```\n(curl .*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Command:
    path: str
    headers: dict[str, str]
    body: str


def parsed(text: str) -> Command:
    """What curl would send; only what the page uses is understood."""
    program, url, *rest = shlex.split(text)
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    assert (program, set(options)) == ("curl", {"-H", "-d"})
    name, _, value = options["-H"].partition(": ")
    return Command(url.removeprefix("http://localhost:8080"), {name: value}, options["-d"])


def contract() -> Contract:
    release = orjson.loads((ROOT / f"models/{MODEL}/release.json").read_bytes())
    bundle = release["champion"]["bundle"][:16]
    return Contract.from_json(
        (ROOT / f"models/{MODEL}/bundles/{bundle}/contract.json").read_bytes()
    )


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream(Behaviour(contract=contract())) as service:
        target = {"urls": [service.url], "version": VERSION, "bundle": BUNDLE}
        models = {MODEL: {"champion": target}}
        with gateway(service.url, document={"format": 1, "version": 1, "models": models}) as run:
            run.until_ready()
            yield run


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("text", COMMANDS, ids=["rows", "columns", "tensors"])
def test_a_command_is_answered(served: RunningGateway, text: str) -> None:
    command = parsed(text)
    answer = served.post(command.path, command.body.encode(), command.headers)
    assert answer.status == 200, answer.json
    values = answer.json.get("predictions") or answer.json.get("outputs")
    assert values[0] == 0.17 or values[0]["data"] == [0.17]
