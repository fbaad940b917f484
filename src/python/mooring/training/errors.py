"""Why training gives no bundle.

TrainingError
├── SplitError           the periods overlap or are out of order
├── LabelsUnusable       a period that is learned from holds one class only
├── ExportError          the pipeline can be served neither as ONNX nor as skops
├── SignatureMismatch    the tracked model's signature is not the contract's
└── TrackingUnavailable  the tracking store cannot be reached or written
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class TrainingError(MooringError):
    """Root of the training package's errors."""


class SplitError(TrainingError):
    """The periods of a split overlap or run backwards."""


class LabelsUnusable(TrainingError):
    """The labels of a period cannot be learned from."""


class ExportError(TrainingError):
    """The fitted pipeline cannot be written in a form that may be served."""


class SignatureMismatch(TrainingError):
    """What the tracking server recorded as signature differs from the contract."""


class TrackingUnavailable(TrainingError):
    """The tracking store cannot be used."""
