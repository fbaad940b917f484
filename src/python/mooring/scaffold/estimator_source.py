"""A scikit-learn estimator as the source that builds it anew, unfitted.

Imports and constructor calls with the parameters that are not the default, all the way down. What
has no form as source is refused with the path of the parameter: a model that cannot be trained
again is not adopted.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from mooring.scaffold.errors import PipelineRefused
from mooring.scaffold.selections import Selection, selected
from mooring.scaffold.source import Call, Code, call, listed, mapped, number, text, tupled

# The name that the plan's seed has in `pipeline(seed)`.
SEED = "seed"

# Where code lives that no other process can import.
_NOTEBOOK = ("__main__", "builtins.__main__")


@dataclass
class Writer:
    """Writes one estimator; collects what its source has to import."""

    names: Mapping[str, str]
    imports: set[tuple[str, str]] = field(default_factory=set)

    def estimator(self, found: BaseEstimator, path: str, seen: pd.DataFrame | None) -> Call:
        """The call that builds `found`. `seen` is what it will be given, where that is known."""
        kind = type(found)
        self._import(kind, path)
        given = found.get_params(deep=False)
        defaults = _defaults(kind)
        named: dict[str, Code] = {}
        for name, value in given.items():
            if name == "random_state":
                named[name] = self._seed(value, f"{path}.{name}")
            elif name not in defaults or not same(value, defaults[name]):
                named[name] = self._parameter(found, name, value, f"{path}.{name}", seen)
        return call(kind.__name__, **named)

    def value(self, found: object, path: str, seen: pd.DataFrame | None = None) -> Code:
        """Any parameter's value."""
        match found:
            case None | bool() | int() | float() | str() if type(found) in _PLAIN:
                return _plain(found)
            case BaseEstimator():
                return self.estimator(found, path, seen)
            case np.generic():
                return self.value(found.item(), path)
            case np.ndarray():
                return self._array(found, path)
            case list():
                return listed(self._items(found, path, seen))
            case tuple() if type(found) is tuple:
                return tupled(self._items(found, path, seen))
            case set() | frozenset():
                items = listed(sorted(self._items(list(found), path, None), key=str), "{", "}")
                return items if found and isinstance(found, set) else call(
                    type(found).__name__, *([items] if found else [])
                )  # fmt: skip
            case dict():
                return self._dict(found, path)
            case range() | slice():
                return repr(found)
        return self._importable(found, path)

    def _items(self, found: Any, path: str, seen: pd.DataFrame | None) -> list[Code]:
        return [self.value(item, f"{path}[{i}]", seen) for i, item in enumerate(found)]

    def _dict(self, found: dict[Any, Any], path: str) -> Code:
        pairs = []
        for key, value in found.items():
            written = self.value(key, f"{path} key")
            if not isinstance(written, str):
                raise _refused(path, "a key of it is no plain value")
            pairs.append((written, self.value(value, f"{path}[{key!r}]")))
        return mapped(pairs)

    def _array(self, found: np.ndarray[Any, Any], path: str) -> Code:
        if found.dtype == object or found.size > 10_000:
            raise _refused(path, "an array of objects, or of more than 10,000 values, is data")
        self.imports.add(("numpy", ""))
        held = self.value(found.tolist(), path)
        return call("np.array", held, dtype=text(str(found.dtype)))

    def _importable(self, found: Any, path: str) -> str:
        """A class or a function, by the name that it is imported by."""
        module, name = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
        if isinstance(found, np.ufunc):
            module, name = "numpy", found.__name__
        if not isinstance(module, str) or not isinstance(name, str) or not callable(found):
            raise _refused(path, f"a {type(found).__name__} has no form as source")
        self._import(found, path, module, name)
        return name

    def _import(
        self, found: Any, path: str, module: str | None = None, name: str | None = None
    ) -> None:
        module, name = module or found.__module__, name or found.__qualname__
        if "<" in name or module in _NOTEBOOK or "." in name:
            what = "a lambda" if "<lambda>" in name else f"{name}, which lives in the notebook,"
            raise _refused(path, f"{what} cannot be imported by anybody else")
        public = _public(found, module, name)
        if public is None:
            raise _refused(path, f"{name} cannot be imported from {module}")
        if public != "builtins":
            self.imports.add((public, name))

    def _seed(self, found: object, path: str) -> str:
        """The plan's seed where there is none: training again must give the same model."""
        if found is None:
            return SEED
        if isinstance(found, int | np.integer):
            return str(int(found))
        raise _refused(path, "a generator of random numbers cannot be repeated; give an integer")

    def _parameter(
        self, owner: BaseEstimator, name: str, value: Any, path: str, seen: pd.DataFrame | None
    ) -> Code:
        if isinstance(owner, ColumnTransformer) and name == "transformers":
            return listed(self._transformer(each, path, seen) for each in value)
        if isinstance(owner, Pipeline) and name == "steps":
            # Only the first step sees the features as the contract has them.
            return listed(
                tupled([text(n), self.value(step, f"{path}.{n}", seen if first else None)])
                for first, (n, step) in zip([True, *[False] * len(value)], value, strict=False)
            )
        if isinstance(owner, FeatureUnion) and name == "transformer_list":
            return listed(
                tupled([text(n), self.value(part, f"{path}.{n}", seen)]) for n, part in value
            )
        if name in _BY_NAME and seen is not None:
            return self.value(self._renamed(value), path)
        nested = seen if isinstance(value, BaseEstimator) else None
        return self.value(value, path, nested)

    def _transformer(
        self, found: tuple[str, Any, Any], path: str, seen: pd.DataFrame | None
    ) -> Code:
        name, step, columns = found
        if seen is None:
            raise _refused(
                f"{path}.{name}", "it selects columns of what another step made; put it first"
            )
        chosen: Selection = selected(columns, seen, f"{path}.{name}")
        names = [text(self.names[column]) for column in chosen.columns]
        given = seen[list(chosen.columns)]
        return tupled(
            [
                text(name),
                self.value(step, f"{path}.{name}", given),
                names[0] if chosen.one else listed(names),
            ]
        )

    def _renamed(self, value: Any) -> Any:
        """Columns named by a parameter, under the contract's names."""
        if isinstance(value, dict):
            return {self.names.get(key, key): each for key, each in value.items()}
        if isinstance(value, list | tuple | np.ndarray):
            return [self.names.get(each, each) if isinstance(each, str) else each for each in value]
        return value


_PLAIN = (type(None), bool, int, float, str)

# Parameters of histogram gradient boosting that name features.
_BY_NAME = frozenset({"categorical_features", "monotonic_cst"})


def _plain(found: object) -> str:
    if isinstance(found, str):
        return text(found)
    return number(found) if isinstance(found, float) else repr(found)


def _defaults(kind: type) -> dict[str, Any]:
    parameters = inspect.signature(kind).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def _public(found: Any, module: str, name: str) -> str | None:
    """The shortest module without a private part that has this very object, else its own."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        prefix = ".".join(parts[:length])
        if any(part.startswith("_") for part in parts[:length]) and length < len(parts):
            continue
        try:
            holder = sys.modules.get(prefix) or import_module(prefix)
        except ImportError:
            continue
        if getattr(holder, name, None) is found:
            return prefix
    return None


def same(one: Any, other: Any) -> bool:
    """Whether two parameter values are the same, NaN with itself and arrays by their content."""
    if isinstance(one, BaseEstimator) and type(one) is type(other):
        return same(one.get_params(deep=False), other.get_params(deep=False))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and type(one) is type(other):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | np.floating) and isinstance(other, float | np.floating):
        return one == other or (np.isnan(one) and np.isnan(other))
    return type(one) is type(other) and bool(one == other)


def _refused(path: str, problem: str) -> PipelineRefused:
    return PipelineRefused(
        problem, place=path, cure="Put it into a module below models/, or do without it."
    )
