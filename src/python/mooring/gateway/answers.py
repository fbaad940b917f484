"""The bodies of answers, as types: what FastAPI validates and documents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mooring.contract.contract import Limits, Prediction
from mooring.contract.feature import Feature

State = Literal["AVAILABLE", "LOADING"]


class Answer(BaseModel):
    """Root of all answers."""

    # `model` and its kin are the field's own words here, not Pydantic's.
    model_config = ConfigDict(frozen=True, protected_namespaces=())


class ModelRef(Answer):
    """Which model answered."""

    name: str
    version: int = Field(description="Release number; 0 is a bundle without a release.")
    digest: str = Field(description="Id of the bundle: SHA-256 of its manifest.")


class Predictions(Answer):
    """One prediction and one id for each instance, in the order of the request."""

    predictions: list[float]
    model: ModelRef
    prediction_ids: list[str] = Field(description="Name a prediction later, to tell its outcome.")


class Outputs(Answer):
    """The same, where the request gave its features as columns."""

    outputs: list[float]
    model: ModelRef
    prediction_ids: list[str]


class Taken(Answer):
    """What became of labels."""

    model: str
    accepted: int = Field(description="Labels of predictions that had none.")
    duplicates: int = Field(description="Labels that say again what was said.")
    conflicts: int = Field(description="Labels that contradict what was said.")


class Fault(Answer):
    """One broken promise; the value itself is never repeated."""

    path: str = Field(examples=["instances[0].hour"])
    kind: str
    message: str


class Problem(Answer):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    error: str = Field(description="The same in one line, for clients that know no other member.")
    reason: str | None = Field(default=None, description="Upstream trouble in one word.")
    errors: list[Fault] | None = None


class ListedModel(Answer):
    """One model in the list."""

    name: str
    version: int
    state: State


class ModelList(Answer):
    """The models that this gateway routes to."""

    models: list[ListedModel]


class StatusDetail(Answer):
    """Why a version is in its state."""

    error_code: Literal["OK", "UNAVAILABLE"]
    error_message: str


class VersionStatus(Answer):
    """The state of one version, in TensorFlow Serving's form."""

    version: str
    state: State
    status: StatusDetail


class ModelStatus(Answer):
    """The states of a model's versions; name and readiness are for KServe's clients."""

    name: str
    ready: bool
    model_version_status: list[VersionStatus]


class ModelSpec(Answer):
    """Name and version, in TensorFlow Serving's form."""

    name: str
    version: str
    signature_name: Literal[""]


class TensorDimension(Answer):
    """One axis; -1 is the number of rows."""

    size: Literal["-1"] = "-1"
    name: Literal[""] = ""


class TensorShape(Answer):
    """One axis: the rows."""

    dim: list[TensorDimension] = [TensorDimension()]
    unknown_rank: Literal[False] = False


class TensorInfo(Answer):
    """A feature or the prediction as TensorFlow describes a tensor."""

    name: str
    dtype: Literal["DT_DOUBLE", "DT_INT64", "DT_BOOL", "DT_STRING"]
    tensor_shape: TensorShape = TensorShape()


class SignatureDef(Answer):
    """One signature in TensorFlow's form."""

    inputs: dict[str, TensorInfo]
    outputs: dict[str, TensorInfo]
    method_name: Literal["tensorflow/serving/predict"] = "tensorflow/serving/predict"


class SignatureDefs(Answer):
    """All signatures by name; TensorFlow Serving says the name of the member twice."""

    signature_def: dict[str, SignatureDef]


class Details(Answer):
    """What is served under that name."""

    bundle: str
    contract: str = Field(description="Digest of the contract.")
    description: str
    features: tuple[Feature, ...]
    prediction: Prediction
    limits: Limits
    signature_def: SignatureDefs


class Metadata(Answer):
    """A model's metadata."""

    model_spec: ModelSpec
    metadata: Details


class Alive(Answer):
    """What KServe's clients take for a sign of life."""

    status: Literal["alive"] = "alive"
    docs: Literal["/docs"] = "/docs"


class Health(Answer):
    """A probe's good news."""

    status: Literal["live", "ready"]


# Said of every route: whatever goes wrong is a problem.
PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Whatever goes wrong", "content": PROBLEM_CONTENT}
}
