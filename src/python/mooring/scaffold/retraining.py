"""`pipeline.py` of an adopted pipeline: its definition, written down and proven by building it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from mooring.scaffold.draft import Draft
from mooring.scaffold.errors import PipelineRefused
from mooring.scaffold.estimator_source import SEED, Writer, same
from mooring.scaffold.pipeline_source import limits_of, plan_source
from mooring.scaffold.source import Call, call, laid_out, listed, text, tupled

_PLAIN = (type(None), bool, int, float, str)


def retraining_source(draft: Draft, pipeline: BaseEstimator, frame: pd.DataFrame) -> str:
    """Write the module. Raises PipelineRefused for what has no form as source."""
    names = {column: name for name, column in draft.columns.names.items()}
    writer = Writer(names)
    whole = pipeline if isinstance(pipeline, Pipeline) else Pipeline([("model", pipeline)])
    written = writer.estimator(whole, "pipeline", frame)
    _prove(whole, written, writer, frame.rename(columns=names))
    if not _takes_columns(whole.steps[0][1]) and all(f.numeric for f in draft.contract.features):
        written = _gathered(written)
        writer.imports.add(("sklearn.compose", "ColumnTransformer"))
    calibrated = isinstance(whole.steps[-1][1], CalibratedClassifierCV)
    return _MODULE.format(
        name=draft.name,
        imports="\n".join(_imports(writer)),
        made=laid_out(written, 1, "return "),
        plan=plan_source(draft, limits_of(draft), None if calibrated else "sigmoid"),
    )


def _takes_columns(step: object) -> bool:
    """Whether a step takes a DataFrame apart by itself."""
    if isinstance(step, Pipeline):
        return _takes_columns(step.steps[0][1])
    return isinstance(step, ColumnTransformer | FeatureUnion)


def _gathered(written: Call) -> Call:
    """The pipeline behind a step that puts the columns side by side.

    ONNX graphs take one input a feature, and skl2onnx converts few estimators that do.
    """
    entry = tupled([text("all"), text("passthrough"), "list(CONTRACT.feature_names)"])
    first = tupled([text("features"), call("ColumnTransformer", listed([entry]))])
    (name, steps), *others = written.items
    if not isinstance(steps, Call):
        return written
    longer = Call(steps.opening, (("", first), *steps.items), steps.closing)
    return Call(written.opening, ((name, longer), *others), written.closing)


def _prove(whole: Pipeline, written: Call, writer: Writer, renamed: pd.DataFrame) -> None:
    """Build what was written: it must be written the same again and have the same parameters."""
    names: dict[str, Any] = {SEED: None}
    for module, name in sorted(writer.imports):
        names[name or "np"] = (
            getattr(import_module(module), name) if name else import_module(module)
        )
    built = eval(laid_out(written), names)  # noqa: S307, our own text, of names that were imported
    again = Writer({name: name for name in renamed.columns})
    if again.estimator(built, "pipeline", renamed) != written or not _alike(whole, built):
        raise PipelineRefused(
            "what was written down does not build the same pipeline again",
            place="pipeline",
            cure="Build it from scikit-learn's own parts, or write models/<name>/ by hand.",
        )


def _alike(one: Pipeline, other: Pipeline) -> bool:
    """Whether every plain parameter, at any depth, is the same; the writer may have missed one."""
    theirs = other.get_params(deep=True)
    return all(
        name in theirs and same(value, theirs[name])
        for name, value in one.get_params(deep=True).items()
        if type(value) in _PLAIN
    )


def _imports(writer: Writer) -> list[str]:
    """As isort orders them: modules, then names with classes before functions."""
    modules: dict[str, list[str]] = {}
    for module, name in writer.imports | {("sklearn.pipeline", "Pipeline")}:
        if name:
            modules.setdefault(module, []).append(name)
    plain = ["import numpy as np"] if ("numpy", "") in writer.imports else []
    return plain + [_import(module, names) for module, names in sorted(modules.items())]


def _import(module: str, names: list[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name[:1].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= 100:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")"


_MODULE = '''\
"""How `{name}` is trained: the pipeline of a notebook, written down from its parameters."""

from __future__ import annotations

{imports}

from models.{name}.contract import CONTRACT
from mooring.bundle.manifest import Period
from mooring.training.plan import TimeSplit, TrainingPlan


def pipeline(seed: int) -> Pipeline:
    """The unfitted pipeline; `seed` stands where chance was left free."""
    {made}


{plan}
'''
