"""GitHub as far as a retraining sees it: dispatches become runs, runs open pull requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mooring.monitor.incidents.testing.jobs import BUNDLE
from mooring.monitor.incidents.testing.server import Answer, Question

REPOSITORY = "sailors/mooring"
_RUNS = f"/repos/{REPOSITORY}/actions/runs"


@dataclass
class FakeGitHub:
    """`fault` is asked before a dispatch is taken, and its answer given instead; `hangs_up` takes
    the next one, and says nothing.
    """

    asked: list[Question] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    fault: Callable[[], Answer | None] = lambda: None
    hangs_up: bool = False

    def __call__(self, question: Question) -> Answer | None:
        """Answer as GitHub does."""
        self.asked.append(question)
        if question.headers.get("authorization") != "Bearer a-token":
            return Answer(401, {"message": "Bad credentials"})
        match question.method, question.path:
            case "POST", path if path == f"/repos/{REPOSITORY}/dispatches":
                return self._dispatched(question.body)
            case "GET", path if path == _RUNS:
                return Answer(200, {"workflow_runs": self.runs[::-1]})
            case "GET", path if path == f"/repos/{REPOSITORY}/pulls":
                return Answer(200, self.pulls[::-1])
            case "POST", path if path.endswith("/cancel"):
                self.runs[-1] |= {"status": "completed", "conclusion": "cancelled"}
                return Answer(202, {})
        return Answer(404, {"message": "Not Found"})

    def ends(self, conclusion: str = "success") -> None:
        """The newest run is over."""
        self.runs[-1] |= {"status": "completed", "conclusion": conclusion}

    def proposes(self, bundle: str = BUNDLE) -> None:
        """The newest run opens a pull request."""
        payload = self.dispatches[-1]["client_payload"]
        self.pulls.append(
            {
                "number": len(self.pulls) + 1,
                "state": "open",
                "merged_at": None,
                "head": {"ref": f"retrain/{payload['model']}-{bundle[:16]}"},
                "body": f"Incident {payload['incident']} asked for this retrain.\n## Compared …",
            }
        )

    @property
    def dispatches(self) -> list[dict[str, Any]]:
        """The bodies of all dispatches that were asked for."""
        return [q.body for q in self.asked if q.path.endswith("/dispatches")]

    def _dispatched(self, body: dict[str, Any]) -> Answer | None:
        if (answer := self.fault()) is not None:
            return answer
        payload = body["client_payload"]
        title = f"Retrain {payload['incident']}"
        run = {"id": len(self.runs) + 1, "display_title": title}
        self.runs.append(run | {"status": "queued", "conclusion": None})
        return None if self.hangs_up else Answer(204)
