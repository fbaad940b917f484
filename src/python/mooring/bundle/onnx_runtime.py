"""ONNX Runtime behind the runtime port: contract columns in, predictions out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.errors import ModelUnloadable
from mooring.bundle.ort import onnxruntime as ort
from mooring.contract.columns import Columns, float_tensors
from mooring.contract.contract import Contract

# A graph may keep tensors in other files (onnx.proto, TensorProto.external_data), which no digest
# covers. ONNX Runtime is told to look for them in a folder that cannot exist: a graph in memory
# would otherwise read below the working directory.
_EXTERNAL_DATA = "session.model_external_initializers_file_folder_path"
_NOWHERE = "/dev/null/none"

# Its threads would wait for the next row by spinning, beside whoever prepares that row: a service
# on two cores took 2 ms of processor time for one row, and takes 0.8 ms without (ADR 0048).
_SPINNING = "session.intra_op.allow_spinning"


class OnnxRuntime:
    """Runs one graph on the CPU."""

    def __init__(self, contract: Contract, graph: bytes, *, threads: int = 1) -> None:
        self._contract = contract
        try:
            self._session = ort.InferenceSession(
                graph,
                session_options(threads=threads),
                providers=["CPUExecutionProvider"],
                # Trying the same again, it would print the error, and bytes of the graph with it.
                enable_fallback=0,
            )
        except Exception as error:  # onnxruntime raises a family of its own for a broken graph
            outside = "external data" in str(error).lower()
            problem = "it refers to data outside the file" if outside else "it cannot be read"
            raise _unloadable(problem) from None
        self._output = self._probability_output()
        self._check_inputs()

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict rows held as contract columns; shape (n,)."""
        (answer,) = self._session.run([self._output], float_tensors(self._contract, columns))
        values = answer[:, -1] if answer.ndim == 2 else answer
        return np.asarray(values, dtype=np.float64)

    def _probability_output(self) -> str:
        names = [output.name for output in self._session.get_outputs()]
        if self._contract.prediction.kind == "number":
            return str(names[0])
        if "probabilities" not in names:
            raise _unloadable("it has no output named probabilities")
        return "probabilities"

    def _check_inputs(self) -> None:
        if {i.name for i in self._session.get_inputs()} != set(self._contract.feature_names):
            raise _unloadable("its inputs are not the contract's features")


def session_options(*, threads: int) -> ort.SessionOptions:
    """How a graph is run: by so many threads, from nothing but itself, without a word."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry(_EXTERNAL_DATA, _NOWHERE)
    options.add_session_config_entry(_SPINNING, "0")
    return options


def _unloadable(problem: str) -> ModelUnloadable:
    return ModelUnloadable(problem, place="model.onnx", cure="Train the model again.")
