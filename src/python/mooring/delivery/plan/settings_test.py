from __future__ import annotations

from typing import Any

import pytest

from mooring.delivery.plan.settings import Settings


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({}, Settings({}), id="what is left out has Pants' default"),
        pytest.param(
            {
                "GLOBAL": {"tag": ["-slow"]},
                "python": {
                    "resolves": {"product": "product.lock"},
                    "default_resolve": "product",
                    "run_against_entire_lockfile": True,
                },
                "pytest": {"install_from_resolve": "runner"},
            },
            Settings({"product": "product.lock"}, "product", "runner", True, ("-slow",)),
            id="what is written is taken",
        ),
    ],
)
def test_of_pants_toml(document: dict[str, Any], expected: Settings) -> None:
    assert Settings.of(document) == expected
