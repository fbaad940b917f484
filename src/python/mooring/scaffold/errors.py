"""Why a model's folder is not written.

ScaffoldError
├── NameRefused       the name is taken, or no name for a model
├── NoWorkspace       there is no checkout to write into
├── TableRefused      the rows cannot be learned from as they are
├── PipelineRefused   the estimator cannot be written as source, or not be trained again
├── GraphRefused      the ONNX file does not fit the contract, or cannot be served
└── FirstFitFailed    the folder was written aside, and its model did not train
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ScaffoldError(MooringError):
    """Root of the scaffold package's errors."""


class NameRefused(ScaffoldError):
    """The name cannot be that of a new model."""


class NoWorkspace(ScaffoldError):
    """No folder with `pants.toml` and `models/` was found."""


class TableRefused(ScaffoldError):
    """The file or the frame holds nothing that a model could learn from."""


class PipelineRefused(ScaffoldError):
    """The estimator has no form in which it could be trained again."""


class GraphRefused(ScaffoldError):
    """The ONNX graph is not one that Mooring can serve under this contract."""


class FirstFitFailed(ScaffoldError):
    """What was scaffolded does not train; nothing was kept of it."""
