from __future__ import annotations

import json
import logging
import sys
from typing import Any

from mooring.gateway.identity import request_id
from mooring.gateway.logs import JsonLines


def formatted(**changes: Any) -> Any:
    record = logging.LogRecord("mooring.x", logging.INFO, __file__, 1, "said %d", (1,), None)
    vars(record).update(changes)
    line = JsonLines().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_record_is_one_line_with_what_was_added_to_it() -> None:
    entry = formatted(model="m", port=80)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "info", "logger": "mooring.x", "message": "said 1", "model": "m", "port": 80
    }  # fmt: skip


def test_the_id_of_the_request_is_in_every_line() -> None:
    token = request_id.set("abc")
    try:
        assert formatted()["request_id"] == "abc"
    finally:
        request_id.reset(token)


def test_an_exception_is_logged_by_type_and_place_without_its_text() -> None:
    try:
        raise ValueError("canary")
    except ValueError:
        entry = formatted(exc_info=sys.exc_info())
    assert entry["error"] == "ValueError"
    assert __file__ in entry["at"][0]
    assert "canary" not in json.dumps(entry)
