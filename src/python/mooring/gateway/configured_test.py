from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.configured import CONFIG, Sources
from mooring.gateway.setting import (
    Setting,
    Text,
    choice,
    flag,
    group,
    in_home,
    number,
    setting,
    whole,
)
from mooring.gateway.settings import Settings, read_settings
from mooring.process.errors import BadSetting, BadSettings

CANARY = "canary-5f2b"


@dataclass(frozen=True)
class Inner:
    rows: int = whole(10, "T_ROWS", 1, 100, "why")
    token: str = setting("", "T_TOKEN", Text("a token"), "why", secret=True)


@dataclass(frozen=True)
class Outer:
    seconds: float = number(1.5, "T_SECONDS", 0, 60, "why")
    open: bool = flag(False, "T_OPEN", "why")
    mode: str = choice("a", "T_MODE", ("a", "b"), "why")
    folder: Path = in_home("folder", "T_FOLDER", "why")
    inner: Inner = group(Inner)


def read(path: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Sources:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Sources.of({CONFIG: str(path)} | (environ or {}))


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        pytest.param("", {}, Outer(), id="nothing set"),
        pytest.param("seconds = 3", {}, Outer(seconds=3.0), id="a key of the file"),
        pytest.param("inner.rows = 7", {}, Outer(inner=Inner(rows=7)), id="a key of a table"),
        pytest.param("open = true", {}, Outer(open=True), id="a flag"),
        pytest.param("seconds = 3", {"T_SECONDS": "4"}, Outer(seconds=4.0), id="environment wins"),
        pytest.param("seconds = 3", {"T_SECONDS": ""}, Outer(seconds=3.0), id="empty is unset"),
        pytest.param("", {"T_ROWS": "9"}, Outer(inner=Inner(rows=9)), id="a variable of a group"),
        pytest.param("", {"T_OPEN": "Yes"}, Outer(open=True), id="a flag in the environment"),
        pytest.param("", {"T_TOKEN": "x"}, Outer(inner=Inner(token="x")), id="a secret"),
        pytest.param("", {"MOORING_HOME": "/h"}, Outer(folder=Path("/h/folder")), id="home"),
    ],
)
def test_environment_then_file_then_default(
    tmp_path: Path, text: str, environ: dict[str, str], expected: Outer
) -> None:
    assert read(tmp_path / "g.toml", text, environ).group(Outer) == expected


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        pytest.param('seconds = "3"', "seconds", "not a number from 0 to 60", id="text"),
        pytest.param("seconds = true", "seconds", "not a number", id="a flag for a number"),
        pytest.param("seconds = nan", "seconds", "not a number", id="NaN"),
        pytest.param("seconds = 61", "seconds", "not a number", id="too much"),
        pytest.param("inner.rows = 1.5", "inner.rows", "not a whole number from 1 to 100", id="½"),
        pytest.param("inner.rows = 0", "inner.rows", "not a whole number", id="too little"),
        pytest.param("open = 1", "open", "not one of true | false", id="a number for a flag"),
        pytest.param('mode = "c"', "mode", "not one of a | b", id="another word"),
        pytest.param("folder = 3", "folder", "not a path", id="a number for a path"),
        pytest.param("inner = 3", "inner", "not a table", id="a number for a table"),
        pytest.param("secnods = 3", "secnods", "no such setting", id="a typing error"),
        pytest.param("inner.row = 3", "inner.row", "no such setting", id="a typing error inside"),
        pytest.param('inner.token = "x"', "inner.token", "no such setting", id="a secret"),
    ],
)
def test_a_mistake_in_the_file_is_named_by_file_and_key(
    tmp_path: Path, text: str, key: str, said: str
) -> None:
    path = tmp_path / "g.toml"
    with pytest.raises(BadSetting, match=said) as raised:
        read(path, text).group(Outer)
    assert raised.value.place == f"{path}: {key}"
    assert raised.value.cure


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x\n")
    named = {"T_TOKEN_FILE": str(tmp_path / "token")}
    assert Sources.of(named).group(Inner) == Inner(token="x")
    assert Sources.of(named | {"T_TOKEN": "y"}).group(Inner) == Inner(token="y")
    assert "x" not in repr(Inner(token="x"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param(b"\n", "it is not a token", id="an empty file"),
        pytest.param(b"\xff", "it is not UTF-8", id="no UTF-8"),
    ],
)
def test_a_secrets_file_that_cannot_be_used_is_told_by_its_variable(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(BadSetting, match=said) as raised:
        Sources.of({"T_TOKEN_FILE": str(tmp_path / "token")}).group(Inner)
    assert raised.value.place == "T_TOKEN_FILE"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"port = = 3", "it is not TOML at line 1, column 8", id="no TOML"),
        pytest.param(b"a = 1\na = 2", "it is not TOML at", id="a key twice"),
        pytest.param(b"port = '\xff'", "it is not UTF-8", id="no UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_told_by_its_place(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(BadSetting, match=said) as raised:
        read(tmp_path / "g.toml", content)
    assert str(tmp_path / "g.toml") in raised.value.place


def test_a_file_that_is_not_there_is_told_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file") as raised:
        Sources.of({CONFIG: str(tmp_path / "none.toml")})
    assert CONFIG in raised.value.place


def test_all_mistakes_are_told_at_once_and_none_repeats_what_was_set(tmp_path: Path) -> None:
    text = f'mode = "{CANARY}"\nfolder = 3\n"{CANARY} {CANARY}" = 1'
    sources = read(tmp_path / "g.toml", text, {"T_ROWS": CANARY, "T_SECONDS": CANARY})
    with pytest.raises(BadSettings) as raised:
        sources.group(Outer)
    assert len(raised.value.faults) == 5
    assert CANARY not in str(raised.value)


def test_who_set_a_setting_is_known(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    path.write_text("port = 1\ndrain_seconds = 2")
    settings, places = read_settings({CONFIG: str(path), "MOORING_GATEWAY_PORT": "3"})
    assert (settings.port, settings.drain_seconds) == (3, 2.0)
    assert places == {"port": "MOORING_GATEWAY_PORT", "drain_seconds": f"{path}: drain_seconds"}


def test_a_public_address_in_the_file_is_refused_by_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    path.write_text('host = "0.0.0.0"')
    with pytest.raises(BadSetting, match="this address is public") as raised:
        Settings.of({CONFIG: str(path)})
    assert raised.value.place == f"{path}: host"


def declared(group: type[Any]) -> list[Setting]:
    """All settings of a group and of those within it; fails on a field that is neither."""
    found = []
    for each in fields(group):
        if is_dataclass(each.default_factory):
            found += declared(each.default_factory)
        else:
            found.append(each.metadata[Setting])
    return found


def test_every_field_is_declared_with_a_reason_and_a_variable_of_its_own() -> None:
    every = declared(Settings)
    assert all(each.reason for each in every)
    names = [each.variable for each in every]
    assert len(names) == len(set(names))
    assert all(name.startswith(("MOORING_", "OTEL_")) for name in names)
