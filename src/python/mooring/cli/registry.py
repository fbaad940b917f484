"""Finding models: every package below `models` that has a contract."""

from __future__ import annotations

import difflib
import pkgutil
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import models
from mooring.cli.errors import UnknownModel

if TYPE_CHECKING:
    from mooring.blessing.gate import Gate
    from mooring.contract.contract import Contract
    from mooring.data.source import DataSource
    from mooring.training.plan import TrainingPlan


@dataclass(frozen=True)
class Model:
    """A model by name; its parts are imported when they are asked for, for some are heavy."""

    name: str

    @property
    def contract(self) -> Contract:
        """`CONTRACT` of `contract.py`."""
        return import_module(f"models.{self.name}.contract").CONTRACT  # type: ignore[no-any-return]

    @property
    def source(self) -> DataSource:
        """`SOURCE` of `data.py`."""
        return import_module(f"models.{self.name}.data").SOURCE  # type: ignore[no-any-return]

    @property
    def plan(self) -> TrainingPlan:
        """`PLAN` of `pipeline.py`."""
        return import_module(f"models.{self.name}.pipeline").PLAN  # type: ignore[no-any-return]

    @property
    def gate(self) -> Gate:
        """`GATE` of `gate.py`."""
        return import_module(f"models.{self.name}.gate").GATE  # type: ignore[no-any-return]

    @property
    def service(self) -> str:
        """What `bentoml serve` is given."""
        class_name = "".join(part.capitalize() for part in self.name.split("_"))
        return f"models.{self.name}.service:{class_name}"


def known_models() -> list[str]:
    """Names of all models, sorted."""
    names = [module.name for module in pkgutil.iter_modules(models.__path__) if module.ispkg]
    return sorted(name for name in names if find_spec(f"models.{name}.contract"))


def find_model(name: str) -> Model:
    """The model of that name. Raises UnknownModel, naming the known ones and the nearest."""
    known = known_models()
    if name in known:
        return Model(name)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise UnknownModel(
        "there is no such model",
        place="models/",
        cure=f"{hint}Known: {', '.join(known)}.",
    )
