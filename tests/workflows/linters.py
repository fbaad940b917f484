"""zizmor and check-jsonschema as processes: the built PEXes of this folder.

Tests get them in their sandbox by `runtime_package_dependencies`; outside of Pants,
`./pants package tests/workflows::` puts them into `dist/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SCHEMAS = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "custom.github-workflows-require-timeout": ".github/workflows/*.yml",
    "vendor.github-actions": ".github/actions/*/action.yml",
    "vendor.dependabot": ".github/dependabot.yml",
}


def zizmor(*roots: Path) -> subprocess.CompletedProcess[str]:
    """Every audit that needs no network, with nothing held back."""
    strict = ("--offline", "--strict-collection", "--persona", "auditor", "--no-exit-codes")
    return _run("zizmor", *strict, "--format", "json", "--no-progress", *map(str, roots))


def findings(*roots: Path) -> list[tuple[str, str]]:
    """What zizmor finds below `roots`: the audit, and the file."""
    done = zizmor(*roots)
    assert done.returncode == 0, done.stderr
    return [
        (finding["ident"], location["symbolic"]["key"]["Local"]["verbatim_path"])
        for finding in json.loads(done.stdout)
        for location in finding["locations"]
    ]


def schema_errors(schema: str, *roots: Path) -> dict[str, str]:
    """The files below `roots` that do not fit the schema of their kind, and why."""
    files = [str(path) for root in roots for path in sorted(root.glob(SCHEMAS[schema]))]
    assert files, f"nothing to check against {schema}"
    done = _run("check-jsonschema", "--output-format", "json", "--builtin-schema", schema, *files)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    assert said["status"] == ("fail" if done.returncode else "ok")
    wrong = [*said.get("errors", ()), *said.get("parse_errors", ())]
    return {error["filename"]: error["message"] for error in wrong}


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    found = [p for p in _places(tool) if p.exists()]
    assert found, f"run `./pants package tests/workflows:{tool}` first"
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp")}
    return subprocess.run(
        [sys.executable, str(found[0]), *arguments],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _places(tool: str) -> Sequence[Path]:
    pex = Path("tests.workflows", f"{tool}.pex")
    return (Path.cwd() / pex, Path.cwd() / "dist" / pex)
