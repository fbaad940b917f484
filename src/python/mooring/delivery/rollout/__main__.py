"""`python3 -m mooring.delivery.rollout credential <audience>`: what kubectl runs to log in.

It needs the standard library alone. People use `mooring deploy`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from mooring.delivery.rollout.credential import credential
from mooring.delivery.rollout.errors import RolloutError


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    if len(arguments) != 2 or arguments[0] != "credential":
        sys.stderr.write("usage: python3 -m mooring.delivery.rollout credential <audience>\n")
        return 2
    try:
        sys.stdout.write(json.dumps(credential(arguments[1], os.environ)) + "\n")
    except RolloutError as error:
        sys.stderr.write(f"rollout: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
