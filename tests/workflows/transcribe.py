"""Writes the transcripts anew: `./pants run tests/workflows:transcribe`.

Read the diff before it is committed: it is what the workflows will do that they did not do before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.workflows.scenarios import SCENARIOS, file_of, play, transcript


def main() -> None:
    """Play every scenario and replace its file below the current folder."""
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            text = transcript(scenario, *play(scenario, Path(folder)))
        path = file_of(scenario)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
