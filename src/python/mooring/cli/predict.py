"""One prediction over HTTP, as a client of the gateway."""

from __future__ import annotations

import json
import sys
from typing import Any

from mooring.cli.errors import CommandError
from mooring.cli.http import post_json
from mooring.cli.registry import find_model
from mooring.contract.request import RequestSchema


class UnreadableInstance(CommandError):
    """The row on the command line is not a JSON object."""


def predict_one(model: str, instance: str | None, url: str) -> dict[str, Any]:
    """Send one row and return the gateway's answer. Raises UnreadableInstance, GatewaySaidNo."""
    row = _example(model) if instance is None else _parse(instance)
    answer = post_json(f"{url.rstrip('/')}/v1/models/{model}:predict", {"instances": [row]})
    return dict(answer)


def _example(model: str) -> dict[str, Any]:
    return RequestSchema(find_model(model).contract).example


def _parse(instance: str) -> dict[str, Any]:
    text = sys.stdin.read() if instance == "-" else instance
    try:
        row = json.loads(text)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise UnreadableInstance(
            "it is not a JSON object", place="--instance", cure='Write it as {"hour": 17, …}.'
        )
    return row
