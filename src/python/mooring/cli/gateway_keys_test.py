from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.cli.keyring import make_key
from mooring.gateway.auth.errors import UnknownCredential
from mooring.gateway.auth.keys import Keys
from mooring.gateway.auth.keys_file import keys_of, read_keys

NOW = datetime.now(UTC)


def keys(home: Path, *arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(
        app, ["--home", str(home), "gateway", "keys", *arguments], env=environ
    )


def held(home: Path) -> Keys:
    return Keys(keys_of(read_keys(home / "keys.json")))


def test_a_new_key_is_printed_once_and_works(tmp_path: Path) -> None:
    result = keys(tmp_path, "new", "batch")
    assert result.exit_code == 0
    text = result.stdout.strip()
    found = held(tmp_path).find(text, NOW)
    assert (found.caller.id, found.caller.scopes) == ("batch", frozenset({"predict"}))
    assert text not in (tmp_path / "keys.json").read_text()
    assert text not in keys(tmp_path, "list").output


def test_what_a_key_may_is_said_when_it_is_made(tmp_path: Path) -> None:
    options = ("--scope", "labeler", "--scope", "predict", "--days", "30", "--rate", "5")
    result = keys(tmp_path, "new", "lab", *options, "--model", "flight_delay", "--json")
    made = json.loads(result.stdout)
    assert made["scopes"] == ["labeler", "predict"]
    assert (made["rate"], made["models"]) == (5.0, ["flight_delay"])
    days = datetime.fromisoformat(made["expires"]) - NOW
    assert 29.9 < days.total_seconds() / 86_400 < 30.1
    assert "sha256" not in made


def test_the_file_is_for_its_owner_alone_and_no_half_of_it_is_ever_seen(tmp_path: Path) -> None:
    keys(tmp_path, "new", "batch")
    path = tmp_path / "keys.json"
    before = path.stat().st_ino
    keys(tmp_path, "new", "batch")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_ino != before
    assert len(held(tmp_path)) == 2


def test_a_key_that_is_revoked_is_gone_and_the_others_are_not(tmp_path: Path) -> None:
    texts = [keys(tmp_path, "new", "batch").stdout.strip() for _ in range(2)]
    gone = texts[0].split("_")[1]
    assert keys(tmp_path, "revoke", gone).exit_code == 0
    assert held(tmp_path).find(texts[1], NOW)
    with pytest.raises(UnknownCredential):
        held(tmp_path).find(texts[0], NOW)


def test_keys_are_listed_for_people_and_for_scripts(tmp_path: Path) -> None:
    key_id = keys(tmp_path, "new", "batch").stdout.split("_")[1]
    assert key_id in keys(tmp_path, "list").stdout
    (listed,) = json.loads(keys(tmp_path, "list", "--json").stdout)
    assert (listed["id"], listed["caller"]) == (key_id, "batch")
    assert "sha256" not in listed


def test_no_keys_are_no_mistake(tmp_path: Path) -> None:
    assert json.loads(keys(tmp_path, "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("new", "Batch job"), "key, caller", id="a name of another form"),
        pytest.param(("new", "batch", "--scope", "root"), "key, scopes", id="no such scope"),
        pytest.param(("new", "batch", "--rate", "0"), "key, rate", id="a rate of nothing"),
        pytest.param(("revoke", "canary-key"), "no key has that id", id="no such key"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    keys(tmp_path, "new", "batch")
    before = (tmp_path / "keys.json").read_bytes()
    result = keys(tmp_path, *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "canary" not in result.output
    assert (tmp_path / "keys.json").read_bytes() == before


def test_a_damaged_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    assert keys(tmp_path, "new", "batch").exit_code == 1
    assert (tmp_path / "keys.json").read_text() == "{"


def test_the_file_is_where_the_gateway_looks_for_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    keys(tmp_path, "new", "batch", MOORING_KEYS_FILE=str(elsewhere))
    assert len(read_keys(elsewhere).keys) == 1


def test_many_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: make_key(path, f"c{n}", ["predict"]), range(24)))
    found = held(tmp_path)
    assert len({found.find(each.text, NOW).id for each in made}) == 24
