"""`Contract`: everything a model promises at its edge, and its only JSON form.

From `contract.json` alone the gateway builds its request model, training its data check and column
order, monitoring its bins. `to_json` and `from_json` are inverse to each other.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mooring.contract.canonical import canonical_json, sha256
from mooring.contract.errors import InvalidContract
from mooring.contract.feature import Feature
from mooring.contract.features import Features, features_of

_CLOSED = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Limits(BaseModel):
    """What one request may ask for; edges refuse more before any work is done."""

    model_config = _CLOSED

    # A thousand rows score in well under 100 ms and fit a body of 1 MiB with room to spare.
    rows: int = Field(default=1_000, ge=1, le=100_000)
    bytes: int = Field(default=1_048_576, ge=1_024, le=64 * 1_048_576)
    deadline_seconds: float = Field(default=10.0, gt=0, le=600)


class Prediction(BaseModel):
    """What comes back for a row, and which label training learns it from.

    `probability` is that of the label being true, in 0..1; `number` is a quantity in `unit`.
    The label is required in training and absent in serving.
    """

    model_config = _CLOSED

    name: str
    kind: Literal["probability", "number"]
    label: str
    description: str = ""
    unit: str | None = None


class Contract(BaseModel):
    """The promise of one model: its features in order, its prediction, its limits."""

    model_config = _CLOSED

    format: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    version: str = Field(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}$")
    description: str = ""
    features: tuple[Feature, ...] = Field(min_length=1, max_length=2_000)
    prediction: Prediction
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _distinct(self) -> Contract:
        names = [*self.feature_names, self.prediction.label]
        if len(set(names)) != len(names):
            raise ValueError("feature names and the label are distinct")
        return self

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names in contract order, the order of every column set."""
        return tuple(feature.name for feature in self.features)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal digests mean equal promises."""
        return sha256(self.to_json())

    def to_json(self) -> bytes:
        """Write `contract.json`; unset promises are left out."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    @classmethod
    def from_json(cls, document: bytes) -> Contract:
        """Read `contract.json`. Raises InvalidContract with the place of the first fault."""
        try:
            return cls.model_validate_json(document, strict=True)
        except ValidationError as error:
            cure = "Write it with Contract.to_json; formats above 1 need a newer version."
            raise _invalid(error, "contract.json", cure) from None

    @classmethod
    def of(
        cls, row: type[Features], *, name: str, version: str, prediction: Prediction,
        limits: Limits | None = None,
    ) -> Contract:  # fmt: skip
        """Derive the contract from the class that declares the features.

        Raises InvalidContract for what a contract cannot hold.
        """
        features = features_of(row)
        try:
            return cls(
                name=name,
                version=version,
                description=(row.__doc__ or "").strip(),
                features=features,
                prediction=prediction,
                limits=limits or Limits(),
            )
        except ValidationError as error:
            cure = "See docs/contract.md for what a contract may say."
            raise _invalid(error, f"contract {name}", cure) from None


def _invalid(error: ValidationError, document: str, cure: str) -> InvalidContract:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join((document, *map(str, first["loc"])))
    return InvalidContract(first["msg"].removeprefix("Value error, "), place=place, cure=cure)
