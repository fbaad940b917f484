"""The routes over HTTP, without a network between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from mooring.monitor.incidents.payload import LARGEST_BODY
from mooring.monitor.incidents.router import Doors, router
from mooring.monitor.incidents.testing.alarms import MODEL, alert, block, webhook
from mooring.monitor.incidents.testing.jobs import blessed
from mooring.monitor.incidents.testing.monitor import Monitor

HOOK = "/hooks/alertmanager"
HOOKS, ADMIN = {"Authorization": "Bearer hook-1"}, {"Authorization": "Bearer admin-1"}


@dataclass(frozen=True)
class Client:
    """Asks the application itself, background tasks included."""

    app: FastAPI

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        way = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=way, base_url="http://monitor") as client:
            return await client.request(method, path, **more)


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path)


@pytest.fixture
def client(monitor: Monitor) -> Client:
    doors = Doors(monitor.home / "hook.token", monitor.home / "admin.token")
    doors.alertmanager.write_text("hook-1\n")
    doors.admin.write_text("admin-1\n")
    app = FastAPI()
    app.include_router(router(monitor.incidents, doors, monitor.runner.step))
    return Client(app)


def post(client: Client, body: bytes, token: dict[str, str] = HOOKS) -> tuple[int, Any]:
    answer = client.post(HOOK, content=body, headers=token)
    return answer.status_code, answer.json()


def test_a_webhook_starts_a_job_and_a_repeat_is_declined_with_200(
    client: Client, monitor: Monitor
) -> None:
    status, first = post(client, webhook(alert()))
    again, second = post(client, webhook(alert()))

    assert (status, again) == (200, 200)
    assert first["decisions"][0]["decided"] == "started"
    assert second["decisions"][0]["decided"] == "duplicate"
    assert [job.name for job in monitor.fake.started] == [
        f"{first['decisions'][0]['incident']}-retrain"
    ]


def test_the_same_call_fifty_times_at_once_is_one_job(client: Client, monitor: Monitor) -> None:
    async def all_at_once() -> list[httpx.Response]:
        way = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=way, base_url="http://monitor") as asking:
            calls = (asking.post(HOOK, content=webhook(alert()), headers=HOOKS) for _ in range(50))
            return await asyncio.gather(*calls)

    answers = asyncio.run(all_at_once())

    assert {answer.status_code for answer in answers} == {200}
    decided = [answer.json()["decisions"][0]["decided"] for answer in answers]
    assert (decided.count("started"), decided.count("duplicate")) == (1, 49)
    assert len(monitor.fake.started) == 1


def test_fields_that_nobody_knows_are_no_matter(client: Client) -> None:
    body = webhook(alert() | {"silencedBy": []}).replace(b'"receiver"', b'"new": {}, "receiver"')

    assert post(client, body)[0] == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(b"", "body", id="nothing"),
        pytest.param(b"[1, 2", "body", id="cut short"),
        pytest.param(b"\xff\xfe", "body", id="no text"),
        pytest.param(b"[" * 100_000, "body", id="deep"),
        pytest.param(webhook().replace(b'"4"', b'"5"'), "body, version", id="another version"),
        pytest.param(webhook(key=""), "body, groupKey", id="no key of a group"),
        pytest.param(
            webhook(alert() | {"startsAt": "secret"}), "body, alerts.0.startsAt", id="no time"
        ),
        pytest.param(
            webhook(alert() | {"startsAt": "2013-06-12T10:00:00"}),
            "body, alerts.0.startsAt",
            id="a time of nowhere",
        ),
        pytest.param(
            webhook(alert() | {"fingerprint": 7}), "body, alerts.0.fingerprint", id="a number"
        ),
        pytest.param(
            webhook(alert() | {"status": "secret"}), "body, alerts.0.status", id="a new status"
        ),
        pytest.param(
            webhook(alert() | {"labels": {"a": ["secret"]}}), "body, alerts.0.labels", id="a list"
        ),
    ],
)
def test_a_body_that_is_no_webhook_is_refused(client: Client, body: bytes, place: str) -> None:
    status, problem = post(client, body)

    assert status == 400
    assert problem["detail"].startswith(f"{place}: it is no webhook of Alertmanager")
    assert "secret" not in str(problem)


def test_a_body_beyond_the_cap_is_not_read(client: Client) -> None:
    status, problem = post(client, b" " * (LARGEST_BODY + 1))

    assert (status, problem["status"]) == (413, 413)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer"}, id="an empty one"),
        pytest.param({"Authorization": "Bearer hook-2"}, id="another one"),
        pytest.param({"Authorization": "Basic hook-1"}, id="another scheme"),
        pytest.param(ADMIN, id="the administrator's"),
    ],
)
def test_whoever_shows_no_token_of_the_file_is_turned_away(
    client: Client, monitor: Monitor, token: dict[str, str]
) -> None:
    answer = client.post(HOOK, content=webhook(alert()), headers=token)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert monitor.newest() is None


def test_tokens_are_rotated_without_a_restart(client: Client, monitor: Monitor) -> None:
    path = monitor.home / "hook.token"
    path.write_text("hook-1\nhook-2\n")
    both = [post(client, webhook(), {"Authorization": f"Bearer hook-{n}"})[0] for n in (1, 2)]
    path.write_text("hook-2\n")

    assert both == [200, 200]
    assert post(client, webhook())[0] == 401


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_without_a_token_in_the_file_nobody_is_let_in(
    client: Client, monitor: Monitor, content: str | None
) -> None:
    path = monitor.home / "hook.token"
    path.unlink()
    if content is not None:
        path.write_text(content)

    status, problem = post(client, webhook(), {"Authorization": "Bearer "})

    assert status == 503, "so that Alertmanager comes again"
    assert str(path) in problem["detail"]


def test_people_see_ask_and_approve(client: Client, monitor: Monitor) -> None:
    asked = client.post(
        f"/v1/models/{MODEL}/incidents", json={"by": "Ada", "why": "mended"}, headers=ADMIN
    ).json()
    assert (asked["decided"], asked["reason"]) == ("started", "person")
    monitor.fake.ends(blessed(stranger=5))
    monitor.runner.step()
    name = asked["incident"]
    assert client.get("/v1/incidents", headers=ADMIN).json()["incidents"][0]["id"] == name

    approved = client.post(f"/v1/incidents/{name}:approve", json={"by": "Ada"}, headers=ADMIN)

    assert approved.json()["approved_by"] == "Ada"
    found = client.get(f"/v1/incidents/{name}", headers=ADMIN).json()
    assert found["state"] == "challenging"
    assert client.post(f"/v1/incidents/{name}:approve", headers=ADMIN).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "/v1/incidents/none", None, 404, id="no such incident"),
        pytest.param("POST", "/v1/incidents/none:approve", None, 404, id="nothing to approve"),
        pytest.param("POST", "/v1/models/none/incidents", None, 404, id="no such model"),
        pytest.param("POST", f"/v1/models/{MODEL}/incidents", {"by": ""}, 400, id="nobody"),
        pytest.param("POST", f"/v1/models/{MODEL}/incidents", {"now": 1}, 400, id="other words"),
    ],
)
def test_what_cannot_be_done_is_a_problem(
    client: Client, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    answer = client.request(method, path, json=body, headers=ADMIN)

    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert client.request(method, path, json=body, headers=HOOKS).status_code == 401


def test_what_asks_for_nothing_is_heard(client: Client) -> None:
    status, told = post(client, webhook(block(), alert(firing=False)))

    assert (status, told["decisions"]) == (200, [])
    assert told["heard"] == {"firing": 1, "resolved": 1}
