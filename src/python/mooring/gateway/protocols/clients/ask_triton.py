"""Asks a gateway with NVIDIA's own client: `ask_triton.py PORT` prints what it was answered."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import tritonclient.http as triton  # type: ignore[import-untyped,import-not-found,unused-ignore]
from tritonclient.utils import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    InferenceServerException,
)

MODEL = "voyage_delay"

COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "origin": ("BYTES", ["JFK", "LGA"]),
    "ship": ("BYTES", ["Aurora", "Zoë"]),
    "hour": ("INT64", [7, 8]),
    "wind": ("FP64", [2.5, float("nan")]),
    "haven": ("BYTES", ["", "north"]),
    "loaded": ("BOOL", [True, False]),
}


def tensors(*, binary: bool, **changed: list[Any]) -> list[Any]:
    """One input for each feature."""
    made = []
    for name, (datatype, values) in COLUMNS.items():
        values = changed.get(name, values)
        tensor = triton.InferInput(name, [len(values)], datatype)
        data = np.array(values, dtype=object if datatype == "BYTES" else None)
        tensor.set_data_from_numpy(data, binary_data=binary)
        made.append(tensor)
    return made


def asked(client: Any, *, binary_in: bool, binary_out: bool) -> Any:
    """One inference, and what of it the client understood."""
    result = client.infer(
        MODEL,
        tensors(binary=binary_in),
        outputs=[
            triton.InferRequestedOutput("late", binary_data=binary_out),
            triton.InferRequestedOutput("prediction_id", binary_data=binary_out),
        ],
        model_version="3",
        request_id="run-7",
    )
    ids = result.as_numpy("prediction_id").tolist()
    return {
        "late": result.as_numpy("late").tolist(),
        "ids": [each.decode() if isinstance(each, bytes) else each for each in ids],
        "id": result.get_response()["id"],
    }


def refused(act: Any) -> list[str]:
    """Status and message of what the client was refused."""
    try:
        act()
    except InferenceServerException as error:
        return [error.status(), error.message()]
    return []


def answers(client: Any) -> dict[str, Any]:
    """All that is asked."""
    forms = [(i, o) for i in (False, True) for o in (False, True)]
    plain = client.infer(MODEL, tensors(binary=True))
    return {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready(MODEL),
        "version_ready": client.is_model_ready(MODEL, "3"),
        "other_ready": client.is_model_ready("made_up"),
        "server": client.get_server_metadata(),
        "model": client.get_model_metadata(MODEL, "3"),
        "inferred": [asked(client, binary_in=i, binary_out=o) for i, o in forms],
        "plain": plain.as_numpy("late").tolist(),
        "bad_value": refused(lambda: client.infer(MODEL, tensors(binary=True, hour=[7, 24]))),
        "other_model": refused(lambda: client.infer("made_up", tensors(binary=True))),
        "repository": refused(client.get_model_repository_index),
    }


def main() -> None:
    """Ask, and print the answers as JSON."""
    with triton.InferenceServerClient(f"127.0.0.1:{sys.argv[1]}") as client:
        json.dump(answers(client), sys.stdout)


if __name__ == "__main__":
    main()
