"""What many would write: the same ONNX model in one process behind FastAPI, one row a call.

    uvicorn --factory tests.performance.fastapi_peer:create_app

It validates as our gateway does. It has no metrics, no limits, no identity and no log.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.contract.columns import columns_of
from mooring.contract.request import RequestSchema


def create_app() -> FastAPI:
    """The app for the bundle in MOORING_BUNDLE."""
    bundle = open_bundle(Path(os.environ["MOORING_BUNDLE"]))
    model = load_model(bundle, threads=1)
    contract = bundle.contract
    body = RequestSchema(contract).body
    app = FastAPI()

    async def predict(request: Any) -> dict[str, list[float]]:
        rows = [row.__dict__ for row in request.instances]
        return {"predictions": model.predict(columns_of(contract, rows)).tolist()}

    predict.__annotations__["request"] = body
    app.post("/predict")(predict)
    gc.collect()
    gc.freeze()
    return app
