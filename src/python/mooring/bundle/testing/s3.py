"""A real S3 API on loopback, as a process of its own: moto's server.

The process is the built PEX of `:s3server`. Tests get it in their sandbox by
`runtime_package_dependencies`; outside of Pants, `./pants package` puts it into `dist/`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

BUCKET = "bundles"

_PEX = Path("src.python.mooring.bundle.testing/s3server.pex")
_READY = re.compile(rb"Running on (http://127\.0\.0\.1:\d+)")

# Any will do: the server asks for credentials, and only where it is told to does it check them.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "an-example-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True)
class S3Server:
    """A server that is up, its process, and the environment in which clients find it."""

    endpoint: str
    process: subprocess.Popen[bytes]

    @property
    def environ(self) -> dict[str, str]:
        """The standard variables, as a user would set them."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint}

    def new_bucket(self, name: str = BUCKET) -> str:
        """Create a bucket and return its URL."""
        self._ask("PUT", f"/{name}")
        return f"s3://{name}"

    def forget_everything(self) -> None:
        """Remove all buckets and objects."""
        self._ask("POST", "/moto-api/reset")

    def check_credentials(self) -> None:
        """From now on refuse every key: none was ever given out."""
        self._ask("POST", "/moto-api/reset-auth", b"0")

    def _ask(self, method: str, path: str, body: bytes = b"") -> None:
        connection = HTTPConnection(self.endpoint.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "text/plain"})
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"{method} {path}: {answer.status}")
        finally:
            connection.close()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A fresh server on a free port, ended by SIGKILL: it holds nothing worth saving."""
    process = subprocess.Popen(
        [_executable(), "-H", "127.0.0.1", "-p", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield S3Server(_endpoint(process), process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Run with these AWS_* variables and none else, whatever the machine has."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    # Without this one botocore asks a metadata service for credentials that it lacks.
    _set({**dict.fromkeys(before), **variables, "AWS_EC2_METADATA_DISABLED": "true"})
    try:
        yield
    finally:
        _set({**dict.fromkeys(n for n in os.environ if n.startswith("AWS_")), **before})


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def _executable() -> Path:
    for folder in (Path(), Path("dist")):
        if (folder / _PEX).exists():
            return (folder / _PEX).absolute()
    raise FileNotFoundError(f"{_PEX}: run `./pants package src/python/mooring/bundle/testing`")


def _endpoint(process: subprocess.Popen[bytes]) -> str:
    """The address that the server says it listens on; it says so once it does."""
    assert process.stderr is not None  # noqa: S101
    for line in process.stderr:
        if found := _READY.search(line):
            # Nobody reads what it says from here on: let it not block on a full pipe.
            _drain(process)
            return found[1].decode()
    raise RuntimeError("the S3 server ended before it was ready")


def _drain(process: subprocess.Popen[bytes]) -> None:
    assert process.stderr is not None  # noqa: S101
    Thread(target=process.stderr.read, daemon=True).start()
