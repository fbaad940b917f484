from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.auth.caller import Caller
from mooring.gateway.auth.errors import BadKeys
from mooring.gateway.auth.keys_file import keys_of, read_keys

CANARY = "canary-77aa"

ENTRY: dict[str, Any] = {
    "id": "3f9c0d1e", "caller": "batch", "sha256": "a" * 64, "scopes": ["predict"],
}  # fmt: skip


def write(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"format": 1, "keys": entries}))
    return path


def test_a_key_is_read_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    more = {"expires": "2025-01-01T00:00:00Z", "rate": 5, "models": ["voyage_delay"]}
    (key,) = keys_of(read_keys(write(tmp_path / "k.json", ENTRY | more)))
    assert key.caller == Caller("batch", frozenset({"predict"}), frozenset({"voyage_delay"}))
    assert key.expires is not None
    assert (key.id, key.sha256, key.rate) == ("3f9c0d1e", b"\xaa" * 32, 5.0)


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    before = read_keys(write(tmp_path / "k.json", ENTRY))
    (tmp_path / "k.json").write_bytes(before.to_json())
    assert read_keys(tmp_path / "k.json") == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"id": CANARY}, "keys.0.id", id="an id of another form"),
        pytest.param({"caller": f"{CANARY} "}, "keys.0.caller", id="a caller of another form"),
        pytest.param({"sha256": CANARY}, "keys.0.sha256", id="a key where its digest belongs"),
        pytest.param({"scopes": [CANARY]}, "keys.0.scopes.0", id="a scope that there is not"),
        pytest.param({"scopes": []}, "keys.0.scopes", id="no scope"),
        pytest.param({"expires": "2025-01-01"}, "keys.0.expires", id="a moment without a time"),
        pytest.param({"expires": "2025-01-01T00:00:00"}, "keys.0.expires", id="without a zone"),
        pytest.param({"rate": 0}, "keys.0.rate", id="a rate of nothing"),
        pytest.param({"secret": CANARY}, "keys.0.secret", id="an unknown field"),
    ],
)
def test_a_mistake_is_named_by_file_and_field_and_never_repeated(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    path = write(tmp_path / "k.json", ENTRY | change)
    with pytest.raises(BadKeys) as raised:
        read_keys(path)
    assert raised.value.place == f"keys file {path}, {field}"
    assert raised.value.cure
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("name", ["id", "sha256"])
def test_two_keys_may_not_be_taken_for_each_other(tmp_path: Path, name: str) -> None:
    other = ENTRY | {"id": "00000000", "sha256": "b" * 64} | {name: ENTRY[name]}
    with pytest.raises(BadKeys, match=f"two keys have the same {name}"):
        read_keys(write(tmp_path / "k.json", ENTRY, other))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param(b"", "Invalid JSON", id="an empty file"),
        pytest.param(b'{"format": 1, "ke', "Invalid JSON", id="half a file"),
        pytest.param(b"\xff\xfe", "Invalid JSON", id="no UTF-8"),
        pytest.param(b'{"format": 2}', "format", id="another format"),
        pytest.param(b"[" * 100_000, "Invalid JSON", id="nested without end"),
        pytest.param(b" " * (16 * 1_048_576 + 1), "longer than", id="too long"),
    ],
)
def test_a_file_that_is_no_keys_file_is_told_so(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "k.json").write_bytes(content)
    with pytest.raises(BadKeys, match=said):
        read_keys(tmp_path / "k.json")


def test_a_folder_is_no_keys_file(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="Is a directory"):
        read_keys(tmp_path)
