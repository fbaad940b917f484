"""Publishing where one may not, or not like this."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.publish.errors import (
    RegistryRefused,
    RegistryUnnamed,
)
from mooring.delivery.publish.publish import Registry, publish
from mooring.delivery.publish.testing.faults import Status, bad_way
from mooring.delivery.publish.testing.registry import AT_ONCE, RunningRegistry, at, running_registry


def test_a_refusal_is_not_asked_again(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with bad_way(registry.host, lambda asked: Status(403)) as way:
        with pytest.raises(RegistryRefused, match="skopeo login"):
            publish(archive, at(way.host), lock)
        assert [asked.path for asked in way.asked if "v2" in asked.path] == ["/v2/"]


def test_what_is_no_registry_is_refused(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with (
        bad_way(registry.host, lambda asked: Status(404)) as way,
        pytest.raises(RegistryRefused, match="404"),
    ):
        publish(archive, at(way.host), lock)


def test_plain_http_is_refused_unless_it_is_asked_for(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with pytest.raises(RegistryRefused, match="add --insecure"):
        publish(archive, Registry(registry.host, patience=AT_ONCE), lock)


# bcrypt of "anchorage" at the lowest cost: `htpasswd -nbB -C 4 sailor anchorage`.
ACCOUNTS = "sailor:$2y$04$pLjrxdRISbAZvdHbWs5AqO/45ZSgZJBRg77SDpDdeuUObZxTQZM62\n"


@pytest.mark.parametrize(
    "password", [pytest.param("", id="nobody"), pytest.param("wrong-word", id="a wrong password")]
)
def test_who_may_not_is_told_how_to_log_in_and_no_credential_is_repeated(
    tmp_path: Path,
    archive: ImageArchive,
    lock: Path,
    password: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closed_registry(tmp_path / "closed") as registry:
        log_in(registry, password, tmp_path, monkeypatch)
        with pytest.raises(RegistryRefused, match="REGISTRY_AUTH_FILE") as refused:
            publish(archive, at(registry.host), lock)

    assert not password or password not in str(refused.value)
    assert "sailor" not in str(refused.value)
    assert not lock.exists()


def test_who_may_publishes_with_the_credentials_of_the_machine(
    tmp_path: Path, archive: ImageArchive, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_registry(tmp_path / "closed") as registry:
        log_in(registry, "anchorage", tmp_path, monkeypatch)

        assert publish(archive, at(registry.host), lock).state == "pushed"


def closed_registry(folder: Path) -> Any:
    folder.mkdir()
    accounts = folder / "accounts"
    accounts.write_text(ACCOUNTS)
    return running_registry(folder, f"auth: {{htpasswd: {{realm: here, path: {accounts}}}}}\n")


def log_in(
    registry: RunningRegistry, password: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write what `skopeo login` would, which it does not for a password that is wrong."""
    auths = {}
    if password:
        auths[registry.host] = {"auth": base64.b64encode(f"sailor:{password}".encode()).decode()}
    path = folder / "auth.json"
    path.write_text(json.dumps({"auths": auths}))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(path))


def test_a_name_that_is_no_registry_is_refused(archive: ImageArchive, lock: Path) -> None:
    with pytest.raises(RegistryUnnamed):
        publish(archive, at("https://registry.example"), lock)
