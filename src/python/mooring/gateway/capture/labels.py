"""The body of feedback: `{"labels": [{"prediction_id": …, "label": …, "observed_at": …}]}`.

A probability's label is true or false, 1 or 0: whether what was predicted came to be. A number's is
the number that it turned out to be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter, ValidationError

from mooring.contract.contract import Prediction
from mooring.contract.errors import Violation
from mooring.gateway.capture.errors import InvalidLabels
from mooring.gateway.prediction_ids import FORM

# A thousand labels are 150 kB of JSON and a millisecond of work.
MOST_LABELS = 1_000

_CLOSED = ConfigDict(
    extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, allow_inf_nan=False
)
# RFC 3339, of the last and the next thousand years.
MOMENT = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,40})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)

_Id = Annotated[str, Field(pattern=FORM, description="As it came with the prediction.")]
_Moment = Annotated[str, Field(pattern=MOMENT, json_schema_extra={"format": "date-time"})]


class Label(BaseModel):
    """What became of one prediction."""

    model_config = _CLOSED

    prediction_id: _Id
    label: StrictBool | float = Field(
        description="True or false, 1 or 0, of a probability; else the number itself."
    )
    observed_at: _Moment = Field(description="When that was seen (RFC 3339).")


class Feedback(BaseModel):
    """Labels of predictions of one model."""

    model_config = _CLOSED

    labels: list[Label] = Field(min_length=1, max_length=MOST_LABELS)


@dataclass(frozen=True)
class Said:
    """The labels of a request, in its order; `observed` is in milliseconds since the epoch."""

    ids: tuple[str, ...]
    labels: tuple[float, ...]
    observed: tuple[int, ...]


_BODY = TypeAdapter(Feedback)


def read_labels(body: bytes, prediction: Prediction) -> Said:
    """Read and judge a body. Raises InvalidLabels."""
    try:
        labels = _BODY.validate_json(body).labels
    except ValidationError as error:
        raise _invalid(error) from None
    observed = [_milliseconds(label.observed_at) for label in labels]
    if faults := [*_faults(labels, observed, prediction)]:
        raise InvalidLabels(faults)
    return Said(
        tuple(label.prediction_id for label in labels),
        tuple(float(label.label) for label in labels),
        tuple(moment for moment in observed if moment is not None),
    )


def _faults(
    labels: Sequence[Label], observed: Sequence[int | None], prediction: Prediction
) -> Iterator[Violation]:
    for number, (label, moment) in enumerate(zip(labels, observed, strict=True)):
        if moment is None:
            message = "there is no such day or time"
            yield Violation(f"labels[{number}].observed_at", "observed_at", message)
        if message := _misfit(label.label, prediction):
            yield Violation(f"labels[{number}].label", "label", message)


def _milliseconds(moment: str) -> int | None:
    """A moment of the right form in milliseconds since the epoch; None for 30 February."""
    try:
        return int(datetime.fromisoformat(moment.upper()).timestamp() * 1_000)
    except ValueError:
        return None


def _misfit(label: bool | float, prediction: Prediction) -> str:
    """Why a label is none that the prediction can have, or nothing."""
    if prediction.kind == "probability":
        return "" if label in (0, 1) else "it should be true or false, 1 or 0"
    if isinstance(label, bool) or not math.isfinite(label):
        return "it should be a finite number"
    return ""


def _invalid(error: ValidationError) -> InvalidLabels:
    details = error.errors(include_input=False, include_url=False, include_context=False)
    found = [Violation(_path(fault["loc"]), fault["type"], fault["msg"]) for fault in details]
    return InvalidLabels(found, malformed=any(fault.kind == "json_invalid" for fault in found))


def _path(location: Sequence[int | str]) -> str:
    """`labels[3].label`: a member that is not ours is not repeated, and unions add no step."""
    known = (*Feedback.model_fields, *Label.model_fields)
    path = ""
    for step in location[:3]:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step if step in known else '(unknown field)'}"
    return path.removeprefix(".") or "body"
