"""zizmor and the schemas find nothing to say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.workflows.linters import SCHEMAS, schema_errors, zizmor


def test_zizmor_finds_nothing_with_every_offline_audit_in_its_strictest_persona() -> None:
    done = zizmor(Path.cwd() / ".github")
    assert done.returncode == 0, done.stderr
    assert "completed" in done.stderr  # nothing audited is nothing found as well
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_file_fits_the_schema_of_its_kind(schema: str) -> None:
    assert schema_errors(schema, Path.cwd()) == {}
