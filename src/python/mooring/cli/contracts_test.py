from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.manifest import CONTRACT
from mooring.cli.app import app
from mooring.cli.registry import Model
from mooring.contract.contract import Contract, Limits


def diff(before: Path | str, after: Path | str, *options: str) -> Result:
    return CliRunner().invoke(app, ["contract", "diff", str(before), str(after), *options])


def written(folder: Path, contract: Contract, **fields: Any) -> Path:
    folder.mkdir()
    (folder / CONTRACT).write_bytes(contract.model_copy(update=fields).to_json())
    return folder


@pytest.mark.parametrize(
    ("fields", "version", "status", "verdict", "allowed"),
    [
        pytest.param({}, "1.0", 0, "compatible", True, id="nothing changes"),
        pytest.param({"limits": Limits(rows=2_000)}, "1.1", 0, "widening", True, id="it widens"),
        pytest.param({"limits": Limits(rows=1)}, "1.1", 3, "breaking", False, id="it breaks"),
        pytest.param(
            {"limits": Limits(rows=1)}, "2.0", 0, "breaking", True, id="it breaks with a new major"
        ),
        pytest.param({}, "0.9", 3, "compatible", False, id="the version goes backwards"),
    ],
)
def test_the_status_tells_scripts_whether_the_version_may_be(
    fields: dict[str, Any],
    version: str,
    status: int,
    verdict: str,
    allowed: bool,
    model: Model,
    tmp_path: Path,
) -> None:
    before = written(tmp_path / "before", model.contract, version="1.0")
    after = written(tmp_path / "after", model.contract, version=version, **fields)

    done = diff(before, after, "--json")
    facts = json.loads(done.stdout)

    assert done.exit_code == status
    assert (facts["verdict"], facts["allowed"]) == (verdict, allowed)
    assert (facts["problem"] is None) == allowed
    assert [change["path"] for change in facts["changes"]] == (["limits.rows"] if fields else [])


def test_people_see_each_change_and_the_cure(model: Model, tmp_path: Path) -> None:
    before = written(tmp_path / "before", model.contract, version="1.0")
    after = written(tmp_path / "after", model.contract, version="1.0", limits=Limits(rows=1))

    done = diff(before / CONTRACT, after / CONTRACT)

    assert done.exit_code == 3
    assert "limits.rows" in done.output
    assert "1000 became 1" in done.output
    assert "Make it version 2.0" in done.output


def test_a_category_in_brackets_is_printed_as_it_is(model: Model, tmp_path: Path) -> None:
    first, *others = model.contract.features
    marked = first.model_copy(update={"categories": ("9E", "[/red]")})
    before = written(tmp_path / "before", model.contract)
    after = written(tmp_path / "after", model.contract, features=(marked, *others))

    assert '"[/red]"' in diff(before, after).output


def test_a_models_name_means_its_contract_in_the_checkout(model: Model, tmp_path: Path) -> None:
    before = written(tmp_path / "before", model.contract)

    facts = json.loads(diff(before, model.name, "--json").stdout)

    assert facts["after"]["digest"] == model.contract.digest
    assert facts["changes"] == []


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        pytest.param("nowhere/contract.json", "NoContract", id="no such file"),
        pytest.param(".", "NoContract", id="a folder without a contract"),
        pytest.param("flight_dely", "UnknownModel", id="no such model"),
        pytest.param("{tmp}/torn/contract.json", "InvalidContract", id="a file that is torn"),
    ],
)
def test_what_is_no_contract_is_an_error_that_names_it(
    named: str, kind: str, model: Model, tmp_path: Path
) -> None:
    written(tmp_path / "torn", model.contract)
    (tmp_path / "torn" / CONTRACT).write_text('{"name":')

    done = diff(model.name, named.format(tmp=tmp_path), "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"]["kind"] == kind


def test_of_two_files_the_error_names_the_faulty_one(model: Model, tmp_path: Path) -> None:
    good = written(tmp_path / "good", model.contract)
    torn = written(tmp_path / "torn", model.contract)
    (torn / CONTRACT).write_text("{}")

    assert f"{torn / CONTRACT}: contract.json." in diff(good, torn).output
