"""A keys file for tests, and the keys that are in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mooring.gateway.auth.keys import digest_of, new_key
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway

PREDICT = "/v1/models/voyage_delay:predict"
BODY = json.dumps({"instances": [ROW]})

# Starts a gateway with some ways to be known and options of `AuthSettings`.
Start = Callable[..., AbstractContextManager[RunningGateway]]


class KeysOnDisk:
    """Keys by caller, and the file that a gateway reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, dict[str, Any]] = {}
        self.write()

    def add(
        self, caller: str = "client", scopes: tuple[str, ...] = ("predict",), **more: Any
    ) -> str:
        """A new key of that caller."""
        text, key_id = new_key()
        entry = {"id": key_id, "caller": caller, "sha256": digest_of(text).hex(), "scopes": scopes}
        self._entries[text] = entry | more
        self.write()
        return text

    def remove(self, text: str) -> None:
        """Withdraw a key."""
        del self._entries[text]
        self.write()

    def digest(self, text: str) -> str:
        """What the file has of a key."""
        return str(self._entries[text]["sha256"])

    def write(self, content: str | None = None) -> None:
        """Replace the file in one step, by `content` or by what it should be."""
        document = {"format": 1, "keys": list(self._entries.values())}
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps(document) if content is None else content)
        aside.replace(self.path)


def bearer(credential: str) -> Mapping[str, str]:
    """The header that sends a credential."""
    return {"Authorization": f"Bearer {credential}"}


def predict(served: RunningGateway, headers: Mapping[str, str]) -> Answer:
    """Ask for one prediction, with a credential or without."""
    return served.post(PREDICT, BODY, {**JSON, **headers})


def outcomes(served: RunningGateway, outcome: str) -> float | None:
    """How many requests ended so at the gate."""
    return served.counted("mooring_gateway_auth_total", outcome=outcome)
