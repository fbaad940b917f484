"""What `./pants dependents --transitive --closed` selects for a changed model, held to what
that may touch: the model's own tests and shared code, never another model.

    ./pants dependents --transitive --closed models/flight_time:: | isolation.py flight_time
    ./pants dependents --transitive --closed models/nycflights.py | isolation.py flight_time …

Each named model's own tests must be selected, so that an empty answer proves nothing; no other
model's file may be. Exit status 1 with the addresses otherwise.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable

# `models/flight_time/data_test.py:tests` and `models/flight_time:tests`.
_OF_A_MODEL = re.compile(r"models/(?P<model>[a-z0-9_]+)(?:[/:].*)?")
_SHARED = re.compile(r"models/[a-z0-9_]+\.py(?::.*)?")


def model_of(address: str) -> str | None:
    """The model that a target is part of; None for shared code and everything elsewhere."""
    found = None if _SHARED.fullmatch(address) else _OF_A_MODEL.fullmatch(address)
    return found["model"] if found else None


def complaints(selected: Iterable[str], changed: Collection[str]) -> list[str]:
    """What is wrong with a selection, sentence by sentence; empty when it is as it should be."""
    owners = {address: model_of(address) for address in selected}
    strangers = sorted(a for a, model in owners.items() if model and model not in changed)
    tested = {model for address, model in owners.items() if address.endswith("_test.py:tests")}
    return [
        *(f"{address} depends on {' and '.join(changed)}" for address in strangers),
        *(f"no test of {model} is selected" for model in changed if model not in tested),
    ]


def main(changed: list[str], selected: Iterable[str]) -> int:
    """Print the complaints and say how many there were to the shell."""
    found = complaints((line.strip() for line in selected), changed)
    sys.stdout.write("\n".join(found or [f"isolated: {' and '.join(changed)}"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin))
