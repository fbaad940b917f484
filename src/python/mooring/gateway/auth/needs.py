"""What a request needs, by its path. What is not listed needs `predict`, so that nothing opens by
mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mooring.gateway.auth.caller import Permission

# Probes have no credentials: kubelets and load balancers ask them.
OPEN = frozenset({"/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})

_DOCS = re.compile(r"/docs(/.*)?|/openapi[^/]*\.json")
_MODEL = re.compile(r"/v[12]/models/([^/:]+)")
_FEEDBACK = re.compile(r"/v1/models/[^/:]+:feedback")


@dataclass(frozen=True)
class Need:
    """Any one of `permissions`, and that on `model` where the path names one."""

    permissions: tuple[Permission, ...]
    model: str | None


class Needs:
    """The table of what needs what."""

    def __init__(self, *, open_docs: bool) -> None:
        self._open_docs = open_docs

    def of(self, path: str) -> Need | None:
        """What a request to this path needs, or None when anybody may send it."""
        if path in OPEN or (self._open_docs and _DOCS.fullmatch(path)):
            return None
        match = _MODEL.match(path)
        model = match[1] if match else None
        if _FEEDBACK.fullmatch(path):
            return Need(("feedback", "labeler"), model)
        return Need(("predict",), model)
