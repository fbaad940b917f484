"""`manifest.json`: what a bundle is made of, and by its digest, what it is called.

Nothing in it depends on time, place, path, user or locale; that stands in `provenance.json`,
which is not part of the id.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.bundle.errors import BundleUnreadable
from mooring.contract.canonical import canonical_json, sha256

MANIFEST = "manifest.json"
PROVENANCE = "provenance.json"
SIGNATURE = "model.sig"
CONTRACT = "contract.json"
MODEL_ONNX = "model.onnx"
MODEL_SKOPS = "model.skops"
TRUSTED_TYPES = "trusted_types.json"
SAMPLES = "samples.jsonl"
METRICS = "metrics.json"
REFERENCE = "reference.json"
CARD = "card.md"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z]{1,8}$")]
Runtime = Literal["onnx", "skops"]

_CLOSED = ConfigDict(frozen=True, extra="forbid")


class FileEntry(BaseModel):
    """Digest and size of one file."""

    model_config = _CLOSED

    sha256: Sha256
    bytes: int = Field(ge=0)


class Period(BaseModel):
    """First and last day of event time, inclusive, as ISO dates."""

    model_config = _CLOSED

    start: str
    end: str


class TrainingData(BaseModel):
    """The dataset version that a model learned from, by content."""

    model_config = _CLOSED

    name: str
    sha256: Sha256
    rows: int
    period: Period


class Manifest(BaseModel):
    """The identity of a bundle.

    `tolerance` is the largest |difference| of a replayed golden sample, written as text because
    the digest of a number must not hang on how it is spelled.
    """

    model_config = _CLOSED

    format: Literal[1] = 1
    model: str
    contract: str
    runtime: Runtime
    tolerance: str = Field(pattern=r"^0\.[0-9]{1,12}$")
    files: dict[FileName, FileEntry]
    fingerprint: dict[str, str]
    dataset: TrainingData
    code: Sha256
    seed: int

    def to_json(self) -> bytes:
        """Write `manifest.json` canonically."""
        return canonical_json(self.model_dump(mode="json"))

    @property
    def id(self) -> str:
        """The bundle's id."""
        return sha256(self.to_json())

    @classmethod
    def from_json(cls, document: bytes, *, place: str) -> Manifest:
        """Read `manifest.json`. Raises BundleUnreadable with the field at fault."""
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            field = ".".join(map(str, first["loc"])) or "the document"
            raise BundleUnreadable(
                f"{field}: {first['msg']}",
                place=place,
                cure="A bundle of a newer format needs a newer version; else restore the file.",
            ) from None
