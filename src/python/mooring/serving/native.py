"""`predict`, the BentoML API beside the columns: BentoML's clients and its docs page work with it.

BentoML would validate twice over and answer in a form of its own; here the contract's schema is
the only judge, and the documents show that schema.
"""

from __future__ import annotations

from typing import Any

import bentoml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mooring.contract.columns import Columns
from mooring.contract.errors import MooringError
from mooring.contract.request import RequestSchema
from mooring.serving.problem import problem
from mooring.serving.replica import Replica


class PredictResponse(bentoml.IODescriptor):  # type: ignore[misc]  # untyped in BentoML
    """One prediction for each instance, in their order."""

    predictions: list[float]


def request_type(replica: Replica) -> type[bentoml.IODescriptor]:
    """The input of `predict`: whatever was sent, documented as what the contract accepts."""

    class PredictRequest(bentoml.IODescriptor):  # type: ignore[misc]
        """Rows to predict."""

        instances: Any

        @classmethod
        async def from_http_request(cls, request: Request, serde: object) -> PredictRequest:
            """Take the body unread: `answer` parses it."""
            taken: PredictRequest = cls.model_construct(instances=await request.body())
            return taken

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            """The contract's schema, once there is a contract."""
            write = super().model_json_schema
            if replica.headers:
                write = replica.served.schema.body.model_json_schema
            schema: dict[str, Any] = write(*args, **kwargs)
            # BentoML's page reads OpenAPI 3.0, where there is one example and no list.
            examples = schema.pop("examples", None)
            return schema | ({"example": examples[0]} if examples else {})

    return PredictRequest


def answer(replica: Replica, instances: Any) -> Response:
    """Predict a JSON body, or rows from a caller in the same process."""
    try:
        predictions = replica.predict(_columns(replica.served.schema, instances))
    except MooringError as error:
        return problem(error, replica.headers)
    return JSONResponse({"predictions": predictions.tolist()}, headers=dict(replica.headers))


def _columns(schema: RequestSchema, instances: Any) -> Columns:
    return schema.parse(instances) if isinstance(instances, bytes) else schema.check_all(instances)
