"""An API server of Kubernetes, as far as Jobs go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mooring.monitor.incidents.testing.server import Answer, Question

NAMESPACE = "models"
_JOBS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"


@dataclass
class FakeCluster:
    """Holds Jobs by name; `fault` is asked before anything is done, `hangs_up` does and says
    nothing.
    """

    asked: list[Question] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    fault: Callable[[], Answer | None] = lambda: None
    hangs_up: bool = False

    def __call__(self, question: Question) -> Answer | None:
        """Answer as the API server does."""
        self.asked.append(question)
        if question.headers.get("authorization") != "Bearer a-token":
            return _status(401, "Unauthorized")
        if (answer := self.fault()) is not None:
            return answer
        done = self._done(question)
        return None if self.hangs_up else done

    def ends(self, kind: str, reason: str = "") -> None:
        """The newest Job gets a condition: Complete or Failed."""
        condition = {"type": kind, "status": "True", "reason": reason}
        self.jobs[self.created[-1]]["status"] = {"conditions": [condition]}

    def _done(self, question: Question) -> Answer:
        name = question.path.removeprefix(_JOBS).removeprefix("/")
        match question.method:
            case "POST" if not name:
                return self._create(question.body)
            case "GET" if name in self.jobs:
                return Answer(200, self.jobs[name])
            case "DELETE" if name in self.jobs:
                self.jobs[name]["metadata"]["deletionTimestamp"] = "2013-06-12T11:00:00Z"
                return Answer(200, self.jobs[name])
        return _status(404, "NotFound")

    def _create(self, body: dict[str, Any]) -> Answer:
        name = body["metadata"]["name"]
        if name in self.jobs:
            return _status(409, "AlreadyExists")
        self.created.append(name)
        self.jobs[name] = body | {"status": {"active": 1}}
        return Answer(201, self.jobs[name])


def _status(code: int, reason: str) -> Answer:
    return Answer(code, {"kind": "Status", "status": "Failure", "reason": reason, "code": code})
