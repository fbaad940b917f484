"""The HTTP side of incidents: Alertmanager's webhook, and what people ask and say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from mooring.monitor.incidents.errors import BodyTooLarge, Malformed
from mooring.monitor.incidents.incident import to_document
from mooring.monitor.incidents.incidents import SHOWN, Incidents
from mooring.monitor.incidents.journal import Decided
from mooring.monitor.incidents.payload import LARGEST_BODY, Group, parse_group
from mooring.monitor.incidents.problems import ProblemRoute
from mooring.monitor.incidents.tokens import TokenFile

# What a person sends is a name and a sentence.
_LARGEST_WORDS = 16_384


@dataclass(frozen=True)
class Doors:
    """Who may come in: `alertmanager` to the hook, `admin` to what people ask and approve."""

    alertmanager: Path
    admin: Path


class Said(BaseModel):
    """What a person says with a request or an approval."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    by: Annotated[str, Field(min_length=1, max_length=200)] = "an administrator"
    why: Annotated[str, Field(max_length=1000)] = ""


def router(
    incidents: Incidents, doors: Doors, wake: Callable[[], None] = lambda: None
) -> APIRouter:
    """The routes. `wake` is called, apart from the answer, when there may be something to do."""
    routes = APIRouter(route_class=ProblemRoute)
    hook, admin = TokenFile(doors.alertmanager), TokenFile(doors.admin)

    @routes.post("/hooks/alertmanager")
    async def receive(request: Request, after: BackgroundTasks) -> dict[str, Any]:
        """Hear alarms; 200 also where the answer is no, for a 4xx would be sent again and again."""
        await run_in_threadpool(hook.require, request.headers.get("authorization"))
        group = parse_group(await _body(request, LARGEST_BODY))
        decided = await run_in_threadpool(incidents.receive, group)
        after.add_task(wake)
        return {"format": 1, "decisions": [*map(_told, decided)], "heard": _heard(group)}

    @routes.get("/v1/incidents")
    def show(request: Request, model: str = "") -> dict[str, Any]:
        """The newest incidents and decisions, newest first."""
        admin.require(request.headers.get("authorization"))
        found = [i for i in incidents.all(SHOWN) if not model or i.model == model]
        decided = [d for d in incidents.decisions(SHOWN) if not model or d.model == model]
        return {
            "format": 1,
            "incidents": [*map(to_document, found)],
            "decisions": [*map(_told, decided)],
        }

    @routes.get("/v1/incidents/{name}")
    def show_one(request: Request, name: str) -> dict[str, Any]:
        """One incident."""
        admin.require(request.headers.get("authorization"))
        return to_document(incidents.kept(name).incident)

    @routes.post("/v1/incidents/{name}:approve")
    async def approve(request: Request, name: str, after: BackgroundTasks) -> dict[str, Any]:
        """A person's yes to a blessed challenger."""
        await run_in_threadpool(admin.require, request.headers.get("authorization"))
        said = _said(await _body(request, _LARGEST_WORDS))
        incident = await run_in_threadpool(incidents.approve, name, said.by)
        after.add_task(wake)
        return to_document(incident)

    @routes.post("/v1/models/{model}/incidents")
    async def ask(request: Request, model: str, after: BackgroundTasks) -> dict[str, Any]:
        """A person's request to retrain."""
        await run_in_threadpool(admin.require, request.headers.get("authorization"))
        said = _said(await _body(request, _LARGEST_WORDS))
        decided = await run_in_threadpool(incidents.ask, model, said.by, said.why)
        after.add_task(wake)
        return _told(decided)

    return routes


async def _body(request: Request, largest: int) -> bytes:
    """The body, of which no more is read than may be. Raises BodyTooLarge."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise BodyTooLarge(
                f"it is longer than {largest} bytes",
                place="body",
                cure="Let Alertmanager send fewer alerts at once: max_alerts.",
            )
    return bytes(body)


def _said(body: bytes) -> Said:
    if not body:
        return Said()
    try:
        return Said.model_validate_json(body)
    except ValidationError:
        raise Malformed(
            "it is not what a person may say",
            place="body",
            cure='Send {"by": "who you are", "why": "what for"}, or nothing.',
        ) from None


def _told(decided: Decided) -> dict[str, Any]:
    return {"at": decided.at, "model": decided.model, "reason": decided.reason} | asdict(
        decided.decision
    )


def _heard(group: Group) -> dict[str, int]:
    firing = sum(alarm.firing for alarm in group.alarms)
    return {"firing": firing, "resolved": len(group.alarms) - firing}
