"""Mooring: from a scikit-learn model to a monitored service.

This package exports one name, for the last cell of a notebook. It is found when it is asked for,
by name: importing `mooring` imports nothing, and no package depends on the one that has it.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "adopt":
        from importlib import import_module

        return import_module("mooring.scaffold.notebook").adopt
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
