"""The last good routing document, kept on the gateway's own disk."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

from mooring.contract.routing import Routing
from mooring.gateway.errors import BadRouting
from mooring.gateway.traffic.document import parse_routing, read_document

_log = logging.getLogger(__name__)


class LastGood:
    """A copy of the document in force; it is read only where the document itself cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, document: bytes) -> None:
        """Write it, whole or not at all. Never raises: a gateway without a disk serves too."""
        try:
            if self._kept() != document:
                self._write(document)
        except OSError as error:
            problem = error.strerror or type(error).__name__
            facts = {"path": str(self.path), "problem": problem}
            _log.warning("the routing document cannot be kept for the next start", extra=facts)

    def read(self) -> Routing:
        """Read it. Raises BadRouting."""
        return parse_routing(read_document(self.path), self.path)

    def _kept(self) -> bytes | None:
        try:
            return read_document(self.path)
        except BadRouting:
            return None

    def _write(self, document: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Two gateways of one home write the same document, each to a file of its own.
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            with open(fresh, "wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
