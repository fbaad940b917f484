"""`Features`: the class a model's features are written down in, and its way to and from `Feature`.

One row of features is an instance. Validation is strict: no "3" for 3, no true for 1, no NaN, no
unknown field.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Lt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from mooring.contract.annotations import AvailableAt, Category, Cluster, Seasonal, Sensitive, Unit
from mooring.contract.errors import InvalidContract
from mooring.contract.feature import EXACT_INTEGER, Feature, Kind, name_fault

_KINDS: dict[type, Kind] = {float: "float", int: "integer", str: "string", bool: "boolean"}
_TYPES: dict[Kind, type] = {kind: python for python, kind in _KINDS.items()}
_BOUNDS = {"ge": Ge, "gt": Gt, "le": Le, "lt": Lt}


class Features(BaseModel):
    """Base class of a model's row of features; subclass it once per model."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True,
        protected_namespaces=(),
    )  # fmt: skip

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse a name before Pydantic sees it, which would warn of `copy` and drop `_secret`."""
        for name in vars(cls).get("__annotations__", {}):
            if fault := name_fault(name):
                raise _unusable(name, fault)
        super().__init_subclass__(**options)


def features_of(row_type: type[Features]) -> tuple[Feature, ...]:
    """Read the features that a class declares, in the order of declaration.

    Raises InvalidContract for a type or an annotation that a contract cannot hold.
    """
    return tuple(_feature(name, info) for name, info in row_type.model_fields.items())


def row_type(name: str, features: tuple[Feature, ...], doc: str = "") -> type[Features]:
    """Build the class that declares `features`: the inverse of `features_of`."""
    fields: dict[str, Any] = {feature.name: field_of(feature) for feature in features}
    return create_model(name, __base__=Features, __doc__=doc or None, **fields)


def _feature(name: str, info: FieldInfo) -> Feature:
    kind, nullable = _kind_of(name, info.annotation)
    promises: dict[str, Any] = {}
    for annotation in info.metadata:
        added = _promises(name, annotation)
        if said_twice := promises.keys() & added.keys():
            raise _unusable(name, f"it says {' and '.join(sorted(said_twice))} twice")
        promises |= added
    if not info.is_required() and info.default is not None:
        raise _unusable(name, "a default other than None would be invented by the server")
    if info.alias or info.validation_alias or info.serialization_alias:
        raise _unusable(name, "an alias would give it two names")
    if kind == "integer":
        promises = _exact(promises)
    promises |= {"nullable": nullable, "required": info.is_required()}
    promises["example"] = info.examples[0] if info.examples else _example(kind, promises)
    try:
        return Feature(name=name, kind=kind, description=info.description or "", **promises)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _unusable(name, first["msg"].removeprefix("Value error, ")) from None


def _exact(promises: dict[str, Any]) -> dict[str, Any]:
    """Bound an integer to what float64 holds exactly where its declaration does not."""
    low = {} if "gt" in promises else {"ge": -EXACT_INTEGER}
    high = {} if "lt" in promises else {"le": EXACT_INTEGER}
    return low | high | promises


def _example(kind: Kind, promises: dict[str, Any]) -> str | bool | int | float:
    """A value that the feature accepts, for schemas and documentation."""
    if kind == "string":
        return (promises.get("categories") or ("A",))[0]
    if kind == "boolean":
        return False
    return _between(kind, promises)


def _between(kind: Kind, promises: dict[str, Any]) -> int | float:
    low: Any = promises.get("ge", promises.get("gt"))
    high: Any = promises.get("le", promises.get("lt"))
    if kind == "integer":
        lowest, highest = int(low) + ("gt" in promises), int(high) - ("lt" in promises)
        return min(max(0, lowest), highest)
    if low is None or high is None:
        return 0.0 if low == high else float(low + 1.0 if high is None else high - 1.0)
    return float((low + high) / 2)


def _kind_of(name: str, annotation: Any) -> tuple[Kind, bool]:
    options = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ()
    nullable = type(None) in options
    plain = [option for option in options if option is not type(None)] or [annotation]
    if len(plain) == 1 and plain[0] in _KINDS:
        return _KINDS[plain[0]], nullable
    raise _unusable(name, "its type is not float, int, str or bool, each optionally `| None`")


def _promises(name: str, annotation: object) -> dict[str, Any]:
    match annotation:
        case Interval():
            bounds = {name: getattr(annotation, name) for name in _BOUNDS}
            return {name: bound for name, bound in bounds.items() if bound is not None}
        case Ge(ge=bound):
            return {"ge": bound}
        case Gt(gt=bound):
            return {"gt": bound}
        case Le(le=bound):
            return {"le": bound}
        case Lt(lt=bound):
            return {"lt": bound}
        case Category():
            return {"categories": annotation.values or None, "open": annotation.open}
        case Unit(symbol=symbol):
            return {"unit": symbol}
        case Sensitive():
            return {"sensitive": True}
        case Cluster(key=key):
            return {"cluster": key}
        case Seasonal():
            return {"seasonal": True}
        case AvailableAt(seconds_before=seconds):
            return {"available_at": seconds}
    raise _unusable(name, f"a contract cannot hold the annotation {type(annotation).__name__}")


def field_of(feature: Feature) -> tuple[Any, Any]:
    """The type of one value of the feature, and its field in a Pydantic class."""
    plain = _TYPES[feature.kind]
    annotations = [*_bounds(feature), *_declarations(feature)]
    typed: Any = Union[plain, None] if feature.nullable else plain  # noqa: UP007, built at run time
    for annotation in annotations:
        typed = Annotated[typed, annotation]
    default = ... if feature.required else None
    described = feature.description or None
    return typed, Field(default, description=described, examples=[feature.example])


def _bounds(feature: Feature) -> list[object]:
    bounds = {name: getattr(feature, name) for name in _BOUNDS}
    return [_BOUNDS[name](value) for name, value in bounds.items() if value is not None]


def _declarations(feature: Feature) -> list[object]:
    declared: list[object] = []
    if feature.kind == "string":
        declared.append(Category(*(feature.categories or ()), open=feature.open))
    if feature.unit is not None:
        declared.append(Unit(feature.unit))
    if feature.sensitive:
        declared.append(Sensitive())
    if feature.cluster is not None:
        declared.append(Cluster(feature.cluster))
    if feature.seasonal:
        declared.append(Seasonal())
    if feature.available_at is not None:
        declared.append(AvailableAt(feature.available_at))
    return declared


def _unusable(name: str, problem: str) -> InvalidContract:
    return InvalidContract(
        problem, place=f"feature {name}", cure="See docs/contract.md for what a feature may say."
    )
