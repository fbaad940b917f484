from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mooring.contract.routing import Routing
from mooring.gateway.errors import BadRouting
from mooring.gateway.traffic.document import check_successor, parse_routing, read_routing

TARGET = {"urls": ["http://127.0.0.1:3000"], "version": 1, "bundle": "a" * 64}


def document(target: Any = TARGET, name: str = "flight_delay", **rest: Any) -> dict[str, Any]:
    return {"format": 1, "version": 7, "models": {name: {"champion": target}}} | rest


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "routing.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_sound_document_is_read(tmp_path: Path) -> None:
    routing = read_routing(written(tmp_path, document()))
    assert routing.version == 7
    champion = routing.models["flight_delay"].champion
    assert champion.model_dump() == TARGET | {"urls": ("http://127.0.0.1:3000",)}


@pytest.mark.parametrize(
    ("content", "field"),
    [
        pytest.param("", "", id="an empty file"),
        pytest.param('{"format": 1', "", id="a truncated file"),
        pytest.param("[" * 100_000, "", id="a deep nest"),
        pytest.param(json.dumps(document())[:-1] + ', "version": 8}', "", id="a field twice"),
        pytest.param(document(format=2), "format", id="a format of the future"),
        pytest.param(document(version="7"), "version", id="a number as text"),
        pytest.param(document(version=2**53), "version", id="a number that not all hold"),
        pytest.param(document(models={}), "models", id="no model"),
        pytest.param(document(extra=1), "extra", id="an unknown field"),
        pytest.param(document(name="Flight"), "models.Flight", id="a name in upper case"),
        pytest.param(document({**TARGET, "urls": ["ftp://x"]}), "urls.0", id="another scheme"),
        pytest.param(document({**TARGET, "urls": ["http://u:p@x"]}), "urls.0", id="a password"),
        pytest.param(document({**TARGET, "urls": ["http://x/path"]}), "urls.0", id="a path"),
        pytest.param(document({**TARGET, "urls": []}), "urls", id="no address at all"),
        pytest.param(document({**TARGET, "bundle": "A" * 64}), "bundle", id="a bad digest"),
        pytest.param(document({**TARGET, "version": -1}), "version", id="a negative release"),
        pytest.param(document({**TARGET, "weight": 1}), "weight", id="a field of the future"),
    ],
)
def test_a_broken_document_is_refused_with_file_field_and_cure(
    tmp_path: Path, content: Any, field: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadRouting) as raised:
        read_routing(path)
    assert raised.value.place.startswith(f"routing document {path}")
    assert raised.value.place.endswith(field)
    assert "mooring gateway render" in raised.value.cure


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("nothing.json", "No such file", id="a missing file"),
        pytest.param(".", "Is a directory", id="a directory"),
        pytest.param("pipe", "not a regular file", id="a pipe that nobody writes"),
        pytest.param("huge", "longer than", id="a file without end"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, problem: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(20_000_000)
    with pytest.raises(BadRouting, match=problem):
        read_routing(tmp_path / name)


def test_a_bad_password_in_the_document_is_not_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, document({**TARGET, "urls": ["http://u:canary@x"]}))
    with pytest.raises(BadRouting) as raised:
        read_routing(path)
    assert "canary" not in str(raised.value)


SOUND = json.dumps(document()).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound document, cut out, put in, or replaced somewhere."""
    start = draw(st.integers(0, len(SOUND)))
    end = draw(st.integers(start, min(len(SOUND), start + 20)))
    return SOUND[:start] + draw(st.binary(max_size=20) | st.just(b"9" * 5_000)) + SOUND[end:]


@given(st.binary(max_size=200) | damaged())
@example(SOUND.replace(b"flight_delay", b"9" * 5_000))
@example(SOUND.replace(b"flight_delay", rb"two\nlines"))
def test_whatever_a_file_holds_is_a_document_or_a_problem_of_one_line(held: bytes) -> None:
    found = read(held)
    if isinstance(found, Routing):
        assert Routing.model_validate_json(found.model_dump_json()) == found
    else:
        assert len(str(found)) < 1_000
        assert "\n" not in str(found)


def read(held: bytes) -> Routing | BadRouting:
    try:
        return parse_routing(held, Path("routing.json"))
    except BadRouting as problem:
        return problem


def routing(version: int, release: int = 1) -> Routing:
    target = TARGET | {"version": release}
    return Routing.model_validate_json(json.dumps(document(target, version=version)))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(routing(8, release=2), id="a higher version"),
        pytest.param(routing(7), id="the same once more"),
        pytest.param(routing(900), id="a version far ahead"),
    ],
)
def test_a_document_is_followed_by(after: Routing) -> None:
    check_successor(Path("routing.json"), routing(7), after)


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        pytest.param(routing(6), "older than version 7", id="a lower version"),
        pytest.param(routing(7, release=2), "something else than version 7", id="another truth"),
    ],
)
def test_a_document_is_never_followed_by(after: Routing, problem: str) -> None:
    with pytest.raises(BadRouting, match=problem) as raised:
        check_successor(Path("routing.json"), routing(7), after)
    assert "higher version" in raised.value.cure
