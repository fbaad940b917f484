"""A contract as the `contract.py` that declares it: running the source gives an equal contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mooring.contract.contract import Contract, Limits
from mooring.contract.feature import Feature, Kind
from mooring.scaffold.source import (
    Call,
    Code,
    call,
    flat,
    laid_out,
    listed,
    long_text,
    number,
    spread,
    text,
)

_TYPES: dict[Kind, str] = {"float": "float", "integer": "int", "string": "str", "boolean": "bool"}
_BOUNDS = {"ge": "Ge", "gt": "Gt", "le": "Le", "lt": "Lt"}

# Columns before a field's annotations: a string at their depth starts here.
_DEPTH = 3

_OURS = frozenset({"AvailableAt", "Category", "Cluster", "Seasonal", "Sensitive", "Unit"})


def contract_source(
    contract: Contract, intro: str, reviews: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Write the module; `intro` is its docstring, `reviews` says per feature what was guessed.

    Defaults stand inside `Field`, not after `=`: a feature may be called `float` or `Field`, and
    an assignment would hide that name from the annotations below it.
    """
    row = "".join(part.capitalize() for part in contract.name.split("_")) + "Row"
    body = [_field(f, (reviews or {}).get(f.name, ())) for f in contract.features]
    declared = "\n".join([*_doc(contract.description), *body])
    made = laid_out(_contract(contract, row), before="CONTRACT = ")
    head = f'"""{intro}"""\n\nfrom __future__ import annotations\n\nfrom typing import Annotated\n'
    return f"{head}\n{_imports(contract)}\n\nclass {row}(Features):\n{declared}\n\n\n{made}\n"


def _doc(description: str) -> list[str]:
    """The class's docstring, where it can be one: black would change what begins or ends oddly."""
    if not description:
        return []
    plain = description.isprintable() and not set(description) & {'"', "\\"}
    if plain and len(description) <= 88:
        return [f'    """{description}"""\n']
    lines = long_text(description, 2)
    if "\n" in lines:
        return [f"    __doc__ = (\n        {lines}\n    )\n"]
    return [f"    __doc__ = {lines}\n"]


def _field(feature: Feature, reviews: Sequence[str]) -> str:
    comments = [f"    # review: {said}\n" for said in reviews]
    mixed = feature.name != feature.name.lower() and feature.name[0].islower()
    typed = Call("Annotated[", tuple(("", part) for part in _parts(feature)), "]", spread=mixed)
    line = laid_out(typed, 1, f"{feature.name}: ")
    if mixed:  # the file's own spelling, which the linter would have otherwise
        line = line.replace("Annotated[", "Annotated[  # noqa: N815", 1)
    return "".join([*comments, f"    {line}"])


def _parts(feature: Feature) -> list[Code]:
    kind = _TYPES[feature.kind]
    bounds = [(name, getattr(feature, name)) for name in _BOUNDS]
    return [
        f"{kind} | None" if feature.nullable else kind,
        *(call(_BOUNDS[name], number(value)) for name, value in bounds if value is not None),
        *_declarations(feature),
        _described(feature),
    ]


def _declarations(feature: Feature) -> list[Code]:
    declared: list[Code] = []
    if feature.kind == "string":
        listed = [long_text(value, _DEPTH) for value in feature.categories or ()]
        declared.append(call("Category", *listed, **({"open": "True"} if feature.open else {})))
    if feature.unit is not None:
        declared.append(call("Unit", text(feature.unit)))
    if feature.sensitive:
        declared.append("Sensitive()")
    if feature.cluster is not None:
        declared.append(call("Cluster", text(feature.cluster)))
    if feature.seasonal:
        declared.append("Seasonal()")
    if feature.available_at is not None:
        declared.append(call("AvailableAt", str(feature.available_at)))
    return declared


def _described(feature: Feature) -> Call:
    told: dict[str, Code] = {} if feature.required else {"default": "None"}
    if feature.description:
        told["description"] = long_text(feature.description, _DEPTH)
    return call("Field", **told, examples=listed([_literal(feature.example)]))


def _literal(example: str | bool | int | float | None) -> str:
    if isinstance(example, float):
        return number(example)
    return long_text(example, _DEPTH) if isinstance(example, str) else repr(example)


def _contract(contract: Contract, row: str) -> Call:
    named: dict[str, Code] = {
        "name": text(contract.name),
        "version": text(contract.version),
        "prediction": _prediction(contract),
    }
    if contract.limits != Limits():
        limits = contract.limits
        named["limits"] = call(
            "Limits",
            rows=str(limits.rows),
            bytes=str(limits.bytes),
            deadline_seconds=number(limits.deadline_seconds),
        )
    return spread(call("Contract.of", row, **named))


def _prediction(contract: Contract) -> Call:
    made = contract.prediction
    named: dict[str, Code] = {n: text(getattr(made, n)) for n in ("name", "kind", "label")}
    if made.description:
        named["description"] = long_text(made.description, 2)
    if made.unit is not None:
        named["unit"] = text(made.unit)
    return call("Prediction", **named)


def _imports(contract: Contract) -> str:
    """What the annotations use, and nothing else: an unused import fails the linter."""
    used = {flat(part).split("(")[0] for f in contract.features for part in _parts(f)}
    held = ["Contract", *(["Limits"] if contract.limits != Limits() else []), "Prediction"]
    others = {"annotated_types": sorted(used & set(_BOUNDS.values())), "pydantic": ["Field"]}
    ours = {
        "mooring.contract.annotations": sorted(used & _OURS),
        "mooring.contract.contract": held,
        "mooring.contract.features": ["Features"],
    }
    return "\n".join([*_from(others), "", *_from(ours), ""])


def _from(modules: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"from {m} import {', '.join(names)}" for m, names in modules.items() if names]
