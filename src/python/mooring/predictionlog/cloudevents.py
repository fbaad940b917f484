"""Logged predictions as CloudEvents of the types that KServe's payload logger sends.

Consumers of that logger (drift and outlier detectors, brokers' triggers) can be fed from segments:
two events for each prediction, one for what was asked and one for what was answered, with the same
id. Attributes are those of CloudEvents 1.0 and KServe's own extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mooring.predictionlog.records import Predictions

REQUEST = "org.kubeflow.serving.inference.request"
RESPONSE = "org.kubeflow.serving.inference.response"


def as_cloudevents(batch: Predictions) -> Iterator[dict[str, Any]]:
    """The request and the response of each prediction, as structured JSON events."""
    for row in batch.rows():
        asked = {"instances": [row["features"]]}
        answered = {"predictions": [row["prediction"]]}
        for kind, data in ((REQUEST, asked), (RESPONSE, answered)):
            yield {
                "specversion": "1.0",
                "id": row["prediction_id"],
                "type": kind,
                "source": f"/v1/models/{row['model']}/versions/{row['version']}",
                "time": datetime.fromtimestamp(row["at"] / 1_000, UTC).isoformat(),
                "datacontenttype": "application/json",
                "inferenceservicename": row["model"],
                "component": "predictor",
                "endpoint": row["role"],
                "bundle": row["bundle"],
                "traceid": row["trace"],
                "data": data,
            }
