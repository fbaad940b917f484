from __future__ import annotations

import pytest

from mooring.delivery.plan.change import Change, Status
from mooring.delivery.plan.rules import GLOBAL, global_reason, is_document, speaks_for_folder


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("pants.toml", "modified", id="Pants' options"),
        pytest.param("pants", "modified", id="the script that pins Pants"),
        pytest.param("3rdparty/python/pants.lock", "modified", id="the lock of Pants itself"),
        pytest.param("build-support/macros.py", "modified", id="a macro"),
        pytest.param("build-support/macros/images.py", "added", id="a macro in a folder"),
        pytest.param("BUILD", "modified", id="the root's BUILD file"),
        pytest.param(".gitignore", "modified", id="what Pants does not see"),
        pytest.param("models/.gitignore", "added", id="the same, of a folder"),
        pytest.param(".ci/run", "modified", id="the gate"),
        pytest.param(".github/workflows/ci.yml", "modified", id="the workflow that runs the tests"),
        pytest.param(".github/actions/pants/action.yml", "added", id="an action that it uses"),
        pytest.param("src/python/mooring/gateway/app.py", "deleted", id="a deleted module"),
        pytest.param("src/python/mooring/gateway/app_test.py", "deleted", id="a deleted test"),
        pytest.param("src/python/mooring/gateway/app.pyi", "deleted", id="a deleted stub"),
        pytest.param("src/python/mooring/gateway/BUILD", "deleted", id="a deleted BUILD file"),
    ],
)
def test_everything_is_needed_for(path: str, status: Status) -> None:
    assert global_reason(Change(path, status))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("src/python/mooring/gateway/app.py", "modified", id="a changed module"),
        pytest.param("src/python/mooring/gateway/new.py", "added", id="a new module"),
        pytest.param(
            "src/python/mooring/gateway/BUILD", "modified", id="the BUILD file of a package"
        ),
        pytest.param("models/flight_delay/rows.csv", "deleted", id="deleted data: globs own it"),
        pytest.param("docs/old.md", "deleted", id="a deleted document"),
        pytest.param("mooring", "modified", id="the root script, which no process of Pants reads"),
        pytest.param("build-support/lock", "modified", id="the script that writes locks"),
        pytest.param(
            "3rdparty/python/product.lock", "modified", id="a lock: Pants sees who uses it"
        ),
        pytest.param("3rdparty/python/pants.txt", "modified", id="what the lock of Pants answers"),
        pytest.param("pants.next.toml", "modified", id="the options of a Pants that no plan runs"),
        pytest.param(".github/workflows/deploy.yml", "modified", id="a workflow that runs no test"),
        pytest.param("src/pants.toml", "modified", id="a name like a global one, in a folder"),
    ],
)
def test_not_everything_is_needed_for(path: str, status: Status) -> None:
    assert global_reason(Change(path, status)) is None


def test_every_rule_has_a_reason_of_its_own_words() -> None:
    assert all(len(rule.reason.split()) > 3 for rule in GLOBAL)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("README.md", True, id="Markdown at the root"),
        pytest.param("models/flight_delay/NOTES.md", True, id="Markdown anywhere"),
        pytest.param("docs/notebooks/adopt.ipynb", True, id="what lies in docs"),
        pytest.param("LICENSE", True, id="the licence"),
        pytest.param("src/python/mooring/docs.py", False, id="code with a name like it"),
        pytest.param("mdocs/x", False, id="a folder with a name like it"),
    ],
)
def test_documents_are_told_by_their_place(path: str, expected: bool) -> None:
    assert is_document(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("models/BUILD", True, id="a BUILD file"),
        pytest.param("models/__init__.py", True, id="a package's own module"),
        pytest.param("models/calendar.py", False, id="a module"),
    ],
)
def test_some_files_speak_for_their_folder(path: str, expected: bool) -> None:
    assert speaks_for_folder(Change(path, "modified")) == expected
