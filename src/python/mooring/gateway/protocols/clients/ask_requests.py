"""Asks a gateway as TensorFlow Serving's documentation asks its REST API: `ask_requests.py PORT`.

https://www.tensorflow.org/tfx/serving/api_rest
"""

from __future__ import annotations

import json
import sys
from typing import Any

import requests

ROWS = [
    {"origin": "JFK", "ship": "Aurora", "hour": 7, "wind": 2.5, "haven": None, "loaded": True},
    {"origin": "LGA", "ship": "Zoë", "hour": 8, "wind": None, "haven": "north", "loaded": False},
]
COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}


def answers(model: str) -> dict[str, Any]:
    """All that is asked; `model` is the URL of one."""
    places = ("", "/versions/3", "/labels/champion")
    rows = {"signature_name": "serving_default", "instances": ROWS}

    def got(path: str) -> Any:
        answer = requests.get(f"{model}{path}", timeout=20)
        answer.raise_for_status()
        return answer.json()

    def posted(path: str, body: Any) -> list[Any]:
        # Its examples send the text of `json.dumps` and declare it.
        headers = {"content-type": "application/json"}
        answer = requests.post(f"{model}{path}", json.dumps(body), headers=headers, timeout=20)
        return [answer.status_code, answer.json()]

    return {
        "status": [got(place) for place in places],
        "metadata": [got(f"{place}/metadata") for place in places],
        "rows": [posted(f"{place}:predict", rows) for place in places],
        "columns": [posted(f"{place}:predict", {"inputs": COLUMNS}) for place in places],
        "bad_value": posted(":predict", {"inputs": COLUMNS | {"hour": [7, 24]}}),
        "other_signature": posted(":predict", rows | {"signature_name": "regress"}),
        "other_version": posted("/versions/4:predict", rows),
    }


def main() -> None:
    """Ask, and print the answers as JSON."""
    json.dump(answers(f"http://127.0.0.1:{sys.argv[1]}/v1/models/voyage_delay"), sys.stdout)


if __name__ == "__main__":
    main()
