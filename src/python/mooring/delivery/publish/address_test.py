from __future__ import annotations

import pytest

from mooring.delivery.publish.address import is_loopback, repository_at
from mooring.delivery.publish.errors import RegistryUnnamed


@pytest.mark.parametrize(
    ("registry", "repository"),
    [
        ("registry.example", "registry.example/mooring/gateway"),
        ("registry.example/", "registry.example/mooring/gateway"),
        ("127.0.0.1:5000/a/b-c", "127.0.0.1:5000/a/b-c/mooring/gateway"),
        ("[::1]:5000", "[::1]:5000/mooring/gateway"),
        ("Registry.Example", "Registry.Example/mooring/gateway"),
    ],
)
def test_a_registry_and_an_image_make_a_repository(registry: str, repository: str) -> None:
    assert repository_at(registry, "gateway") == repository


@pytest.mark.parametrize(
    "registry",
    [
        pytest.param("", id="nothing"),
        pytest.param("https://registry.example", id="a URL"),
        pytest.param("docker://registry.example", id="skopeo's way to say it"),
        pytest.param("sailor:anchorage@registry.example", id="credentials"),
        pytest.param("registry.example/Team", id="capitals in the prefix"),
        pytest.param("registry.example//team", id="an empty part"),
        pytest.param("registry.example/team:tag", id="a tag"),
        pytest.param("registry.example/../team", id="a way up"),
        pytest.param("--tls-verify=false", id="an option"),
        pytest.param("registry.example/team\n", id="a new line"),
    ],
)
def test_what_is_no_registry_is_refused_and_not_repeated(registry: str) -> None:
    with pytest.raises(RegistryUnnamed) as refused:
        repository_at(registry, "gateway")

    assert "anchorage" not in str(refused.value)


@pytest.mark.parametrize(
    ("repository", "here"),
    [
        ("localhost:5000/mooring/gateway", True),
        ("127.8.0.1/mooring/gateway", True),
        ("[::1]:5000/mooring/gateway", True),
        ("localhost.example/mooring/gateway", False),
        ("10.0.0.1:5000/mooring/gateway", False),
    ],
)
def test_a_repository_lies_on_this_machine(repository: str, here: bool) -> None:
    assert is_loopback(repository) is here
