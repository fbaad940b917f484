"""The documentation works without any other server, and its examples are true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.auth.settings import AuthSettings
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import CONTRACT, VERSION
from mooring.gateway.testing.gateway import RunningGateway, gateway, until_ready
from mooring.gateway.testing.keys import KeysOnDisk, bearer
from mooring.gateway.testing.upstream import upstream
from mooring.process.ports import free_port


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


class References(HTMLParser):
    """Collects what a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


def document(served: RunningGateway) -> dict[str, Any]:
    read: dict[str, Any] = served.get("/openapi.json").json
    return read


def test_everything_the_page_loads_comes_from_the_gateway(served: RunningGateway) -> None:
    page = served.get("/docs")
    references = References(page.body.decode()).found
    assert len(references) == 5
    assert all(reference.startswith("/docs/") for reference in references)
    assert {served.get(reference).status for reference in references} == {200}
    assert b"http" not in page.body
    assert b"http" not in served.get("/docs/start.js").body


def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(
    served: RunningGateway,
) -> None:
    answer = served.get("/docs")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert b"<script>" not in answer.body
    assert b"style=" not in answer.body


@pytest.mark.parametrize(
    ("name", "status"),
    [("swagger-ui.js", 404), ("..%2f__init__.py", 400), ("%2e%2e/__init__.py", 400)],
)
def test_only_the_assets_of_the_page_are_served(
    served: RunningGateway, name: str, status: int
) -> None:
    assert served.get(f"/docs/{name}").status == status


def examples(served: RunningGateway) -> Iterator[tuple[str, Any]]:
    """Path and body of every documented request."""
    for path, item in document(served)["paths"].items():
        if "post" not in item:
            continue
        found = path.format(version=VERSION, label="champion")
        for example in item["post"]["requestBody"]["content"]["application/json"][
            "examples"
        ].values():
            yield found, example["value"]


def test_each_documented_example_is_answered_as_documented(served: RunningGateway) -> None:
    posts = [(path, body) for path, body in examples(served) if not path.endswith(":feedback")]
    assert {path for path, _ in posts} == {
        "/v1/models/voyage_delay:predict",
        "/v1/models/voyage_delay/versions/3:predict",
        "/v1/models/voyage_delay/labels/champion:predict",
        "/v2/models/voyage_delay/infer",
        "/v2/models/voyage_delay/versions/3/infer",
    }
    assert len(posts) == 8
    for path, body in posts:
        assert served.post(path, json.dumps(body)).status == 200


def test_a_document_of_a_gateway_with_keys_says_how_to_show_one(tmp_path: Path) -> None:
    keys = KeysOnDisk(tmp_path / "keys.json")
    key = bearer(keys.add())
    auth = replace(AuthSettings(keys_file=keys.path), open_docs=False)
    settings = Settings(port=0, learn_seconds=0.01, authentication="keys", auth=auth)
    with gateway(f"http://127.0.0.1:{free_port()}", settings) as running:
        until_ready(running.port, 503)
        whole = running.get("/openapi.json", **key).json
    assert whole["security"] == [{"bearer": []}, {"key": []}]
    assert set(whole["components"]["securitySchemes"]) == {"bearer", "key"}
    assert whole["paths"]["/livez"]["get"]["security"] == []
    assert "security" not in whole["paths"]["/v1/models"]["get"]


def test_each_documented_get_is_answered(served: RunningGateway) -> None:
    paths = [path for path, item in document(served)["paths"].items() if "get" in item]
    assert len(paths) == 19
    for path in paths:
        found = path.format(model="voyage_delay", version=VERSION, label="champion")
        assert served.get(found).status == 200


def test_the_request_schema_says_what_the_contract_says(served: RunningGateway) -> None:
    schemas = document(served)["components"]["schemas"]
    row = schemas["voyage_delay.VoyageDelay"]["properties"]
    assert tuple(row) == CONTRACT.feature_names
    assert row["origin"]["enum"] == ["EWR", "JFK", "LGA"]
    assert (row["hour"]["minimum"], row["hour"]["maximum"]) == (0, 23)
    assert (row["wind"]["minimum"], row["wind"]["exclusiveMinimum"]) == (-1.0, True)
    assert (row["wind"]["nullable"], row["wind"]["x-unit"]) == (True, "m/s")
    assert row["haven"]["enum"] == ["north", "south", None]
    assert schemas["voyage_delay.VoyageDelay"]["additionalProperties"] is False


def references_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value)


def test_every_reference_in_the_document_leads_to_a_schema(served: RunningGateway) -> None:
    whole = document(served)
    known = {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    assert set(references_in(whole)) <= known
    assert whole["openapi"] == "3.0.3"


def test_the_document_offers_the_models_that_exist(served: RunningGateway) -> None:
    operation = document(served)["paths"]["/v1/models/{model}"]["get"]
    assert operation["parameters"][0]["schema"]["enum"] == ["voyage_delay"]


def test_a_model_that_is_not_known_yet_is_left_out() -> None:
    with gateway(f"http://127.0.0.1:{free_port()}") as alone:
        assert "/v1/models/voyage_delay:predict" not in document(alone)["paths"]
