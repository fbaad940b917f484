"""Asks a gateway with KServe's own client, in both of its protocols: `ask_kserve.py PORT`."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx
import numpy as np
from kserve import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    InferenceRESTClient,
    InferInput,
    InferRequest,
    RESTConfig,
)

MODEL = "voyage_delay"

ROWS = [
    {"origin": "JFK", "ship": "Aurora", "hour": 7, "wind": 2.5, "haven": None, "loaded": True},
    {"origin": "LGA", "ship": "Zoë", "hour": 8, "wind": None, "haven": "north", "loaded": False},
]
COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "origin": ("BYTES", ["JFK", "LGA"]),
    "ship": ("BYTES", ["Aurora", "Zoë"]),
    "hour": ("INT64", [7, 8]),
    "wind": ("FP64", [2.5, float("nan")]),
    "haven": ("BYTES", ["", "north"]),
    "loaded": ("BOOL", [True, False]),
}


def request(*, binary: bool, **changed: list[Any]) -> Any:
    """An inference request in KServe's own classes."""
    inputs = []
    for name, (datatype, values) in COLUMNS.items():
        values = changed.get(name, values)
        data = np.array(values, dtype=object if datatype == "BYTES" else None)
        tensor = InferInput(name=name, shape=[len(values)], datatype=datatype)
        tensor.set_data_from_numpy(data, binary_data=binary)
        inputs.append(tensor)
    return InferRequest(model_name=MODEL, infer_inputs=inputs)


async def refused(act: Any) -> list[Any]:
    """Status and body of what the client was refused."""
    try:
        await act
    except httpx.HTTPStatusError as error:
        return [error.response.status_code, error.response.json()["error"]]
    return []


async def in_v2(url: str) -> dict[str, Any]:
    """The Open Inference Protocol."""
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    late = []
    for binary in (False, True):
        response = await client.infer(url, request(binary=binary), model_name=MODEL)
        late.append(response.get_output_by_name("late").as_numpy().tolist())
    bad = client.infer(url, request(binary=True, hour=[7, 24]), model_name=MODEL)
    answers = {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "model_ready": await client.is_model_ready(url, MODEL),
        "late": late,
        "model_version": response.model_version,
        "bad_value": await refused(bad),
    }
    await client.close()
    return answers


async def in_v1(url: str) -> dict[str, Any]:
    """The protocol that TensorFlow Serving began."""
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    predicted = await client.infer(url, {"instances": ROWS}, model_name=MODEL)
    bad = client.infer(url, {"instances": [{}]}, model_name=MODEL)
    answers = {
        "live": await client.is_server_live(url),
        "model_ready": await client.is_model_ready(url, MODEL),
        "late": predicted["predictions"],
        "bad_value": await refused(bad),
    }
    await client.close()
    return answers


async def main() -> None:
    """Ask, and print the answers as JSON."""
    url = f"http://127.0.0.1:{sys.argv[1]}"
    json.dump({"v1": await in_v1(url), "v2": await in_v2(url)}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
