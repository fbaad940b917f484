"""A scratch checkout, and the command line in it as `./mooring` would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.process.ports import free_ports

SECONDS = 300


@dataclass(frozen=True)
class Scratch:
    """A checkout with no model in it; its code is on the path, before this repository's."""

    root: Path

    @property
    def environ(self) -> Mapping[str, str]:
        """What a process needs to find this checkout's models, and nothing of the test's own."""
        path = os.pathsep.join(
            [str(self.root), *(os.path.abspath(entry) for entry in sys.path if entry)]
        )
        ours = {name for name in os.environ if name.startswith("MOORING_")}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return {**kept, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "MOORING_ROOT": str(self.root)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "mooring.cli", *arguments]

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run one verb that ends, with its result from `--json`."""
        done = subprocess.run(
            self.command(*arguments, "--json"), env=self.environ, cwd=self.root,
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def walk(self, model: str) -> dict[str, Any]:
        """Train, bless, promote; what `train` said."""
        trained = self.run("train", model)
        assert self.run("bless", model)["verdict"] == "blessed"
        assert self.run("promote", model)["champion"] == 1
        return trained

    @contextmanager
    def serving(self, model: str) -> Iterator[str]:
        """Serve the champion; the gateway's URL."""
        ports = free_ports(3)
        flags = zip(("--gateway-port", "--metrics-port", "--service-port"), ports, strict=True)
        options = [text for flag, port in flags for text in (flag, str(port))]
        process = subprocess.Popen(
            self.command("serve", model, "--drain", "0", *options), env=self.environ,
            cwd=self.root, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            said = ""
            while "until Ctrl-C" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            yield f"http://127.0.0.1:{ports[0]}"
        finally:
            process.terminate()
            process.wait(60)

    def answers(self, model: str, url: str, instances: list[dict[str, Any]]) -> list[float]:
        """What the gateway predicts."""
        request = urllib.request.Request(
            f"{url}/v1/models/{model}:predict",
            json.dumps({"instances": instances}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return list(json.load(answer)["predictions"])


def scratch(folder: Path) -> Scratch:
    """A new checkout below `folder`."""
    root = folder / "checkout"
    (root / "models").mkdir(parents=True)
    (root / "models/__init__.py").touch()
    (root / "models/BUILD").write_text('target(name="all", dependencies=[])\n')
    (root / "pants.toml").touch()
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return Scratch(root)
