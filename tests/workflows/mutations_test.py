"""A workflow made worse is caught: by which checks, stands in the table, and is held to it."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from tests.workflows.contract import complaints
from tests.workflows.linters import SCHEMAS, findings, schema_errors, zizmor
from tests.workflows.mutations import MUTATIONS, Mutation
from tests.workflows.workflow import read_repository

_IDS = [mutation.title for mutation in MUTATIONS]


@pytest.fixture(scope="module")
def worse(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A copy of the workflows for each mutation."""
    return {m.title: _mutated(m, tmp_path_factory.mktemp("worse")) for m in MUTATIONS}


@pytest.fixture(scope="module")
def seen_by_zizmor(worse: dict[str, Path]) -> dict[str, set[str]]:
    """The audits that object to each mutation; one run for all that can be read."""
    refused = {title for title in worse if "zizmor refuses" in _named(title).caught}
    found: dict[str, set[str]] = defaultdict(set)
    readable = {str(root): title for title, root in worse.items() if title not in refused}
    for audit, path in findings(*map(Path, readable)):
        found[readable[path.partition("/.github/")[0]]].add(f"zizmor {audit}")
    for title in refused:
        if zizmor(worse[title]).returncode != 0:
            found[title].add("zizmor refuses")
    return found


@pytest.fixture(scope="module")
def seen_by_schemas(worse: dict[str, Path]) -> dict[str, set[str]]:
    """The schemas that each mutation does not fit."""
    found: dict[str, set[str]] = defaultdict(set)
    titles = {str(root): title for title, root in worse.items()}
    for schema in SCHEMAS:
        for path in schema_errors(schema, *worse.values()):
            found[titles[path.partition("/.github/")[0]]].add(f"schema {schema}")
    return found


@pytest.mark.parametrize("mutation", MUTATIONS, ids=_IDS)
def test_a_worse_workflow_is_caught_by(
    mutation: Mutation,
    worse: dict[str, Path],
    seen_by_zizmor: dict[str, set[str]],
    seen_by_schemas: dict[str, set[str]],
) -> None:
    title = mutation.title
    by_contract = {f"contract {rule}" for rule in complaints(read_repository(worse[title]))}
    assert by_contract | seen_by_schemas[title] | seen_by_zizmor[title] == mutation.caught


def test_no_two_mutations_have_one_title_and_each_is_caught() -> None:
    assert len(set(_IDS)) == len(MUTATIONS) >= 12
    assert all(mutation.caught for mutation in MUTATIONS)


def _mutated(mutation: Mutation, root: Path) -> Path:
    shutil.copytree(".github", root / ".github")
    path = root / ".github" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert mutation.old in text, f"{mutation.title}: there is nothing to make worse"
    path.write_text(text.replace(mutation.old, mutation.new, 1), encoding="utf-8")
    return root


def _named(title: str) -> Mutation:
    return MUTATIONS[_IDS.index(title)]
