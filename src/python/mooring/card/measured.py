"""What a bundle's `metrics.json` says, read leniently: older bundles recorded less of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.manifest import METRICS, Period
from mooring.bundle.open import Bundle

_OPEN = ConfigDict(frozen=True, extra="ignore")


class Bin(BaseModel):
    """Rows of like predictions, as `evaluation.curves.Bin`; None is undefined."""

    model_config = _OPEN

    rows: int
    predicted: float
    observed: float
    lower: float | None = None
    upper: float | None = None


class Drawn(BaseModel):
    """The curves, as `evaluation.curves.Curves`."""

    model_config = _OPEN

    roc: tuple[tuple[float, float], ...] = ()
    bins: tuple[Bin, ...] = ()
    residuals: tuple[tuple[float, float], ...] = ()


class Holdout(Period):
    """The period that was held out, and what the model scored on it."""

    model_config = _OPEN

    rows: int
    metrics: dict[str, float | None]
    curves: Drawn = Drawn()


class Declared(BaseModel):
    """What the model's owner said of it."""

    model_config = _OPEN

    owner: str
    known_limits: tuple[str, ...] = ()
    fit: Period
    calibrate: Period | None = None
    calibration: str | None = None


class Parity(BaseModel):
    """How far the served runtime is from scikit-learn."""

    model_config = _OPEN

    rows: int
    largest_difference: float | None
    changed_decisions: int


class Measured(BaseModel):
    """The whole of `metrics.json`; `declared` is None in bundles from before it was recorded."""

    model_config = _OPEN

    declared: Declared | None = None
    holdout: Holdout
    parity: Parity


def measured(bundle: Bundle) -> Measured:
    """Read the bundle's `metrics.json`. Raises BundleUnreadable with the field at fault."""
    try:
        return Measured.model_validate_json(bundle.files.get(METRICS, b""))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "the document"
        raise BundleUnreadable(
            f"{field}: {first['msg']}",
            place=str(bundle.path / METRICS),
            cure="Train the model again.",
        ) from None
