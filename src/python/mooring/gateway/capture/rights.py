"""Who sends labels, and by which right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Scope

from mooring.gateway.auth.caller import caller_of
from mooring.gateway.capture.errors import NotYours, UnknownPredictions
from mooring.gateway.prediction_ids import PredictionIds, has_its_row
from mooring.predictionlog.records import Right


@dataclass(frozen=True)
class Asker:
    """`id` is empty where nobody has to say who they are."""

    id: str
    right: Right


def asker_of(scope: Scope) -> Asker:
    """What the request's caller may label: everything as a labeler, or where nobody is asked who
    they are; else what was predicted for the same caller.
    """
    caller = caller_of(scope)
    if not caller.id:
        return Asker("", "anyone")
    return Asker(caller.id, "labeler" if caller.may("labeler") else "predictor")


def check_rights(names: Sequence[str], model: str, asker: Asker, ids: PredictionIds) -> None:
    """Raises UnknownPredictions or NotYours, unless the asker may label all of them.

    Without a lasting secret an id of another process cannot be told from an invented one: then it
    is nobody's own, and who may label everything may label it.
    """
    whose = [ids.whose(name, model, asker.id) for name in names]
    unknown = [number for number, found in enumerate(whose) if found == "unknown"]
    not_own = [number for number, found in enumerate(whose) if found != "own"]
    invented = [number for number in unknown if ids.lasting or not has_its_row(names[number])]
    if invented:
        raise UnknownPredictions(_paths(invented), len(names))
    if not_own and asker.right == "predictor":
        raise NotYours(_paths(not_own), len(names))


def _paths(numbers: Sequence[int]) -> list[str]:
    return [f"labels[{number}].prediction_id" for number in numbers]
