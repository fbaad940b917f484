"""The JSON schema of the routing document, for those who write it in another language.

    python -m mooring.contract.routing_schema > …/contract/routing.schema.json

What it cannot say (a mode needs a challenger, two targets differ) `mooring gateway check-config`
does.
"""

from __future__ import annotations

import json
import sys

from mooring.contract.routing import Routing


def schema() -> str:
    """The schema (draft 2020-12), as it is committed."""
    found = Routing.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
    return json.dumps(head, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
