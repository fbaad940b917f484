"""pants.next.toml is pants.toml but for what Pants itself has changed since."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

# What may differ, and the release that made it so.
DIFFERENCES = {
    "GLOBAL.pants_version": "that is the point",
    "GLOBAL.backend_packages": "2.21: the ruff backend is called ruff.check; 2.32: no plugin",
    "GLOBAL.build_file_prelude_globs": "2.32: a macro stands in for the plugin's target",
    "GLOBAL.pythonpath": "2.32: the plugin cannot load",
    "GLOBAL.ignore_warnings": "2.18: the launcher brings its own interpreter",
    "python-infer.use_rust_parser": "2.19: there is no other parser",
    "ruff.args": "2.21: the backend gives the subcommand itself",
}


def test_the_two_configurations_differ_where_pants_does_and_nowhere_else() -> None:
    now, later = (_flat(tomllib.loads(Path(name).read_text())) for name in _NAMES)
    differing = {key for key in {*now, *later} if now.get(key) != later.get(key)}
    assert differing == set(DIFFERENCES)


def test_the_night_runs_the_version_that_is_configured() -> None:
    version = tomllib.loads(Path("pants.next.toml").read_text())["GLOBAL"]["pants_version"]
    night = Path(".github/workflows/nightly.yml").read_text()
    assert f"PANTS_VERSION: {version}\n" in night


_NAMES = ("pants.toml", "pants.next.toml")


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for section, options in document.items():
        for option, value in options.items():
            found[f"{section}.{option}"] = value
    return found
