from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.bundle.champion import CHAMPION, Champion
from mooring.bundle.errors import BundleMissing, ReleaseError, SigningUnusable
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.signature import SignaturePolicy
from mooring.bundle.store import store_at
from mooring.serving.errors import InvalidSettings
from mooring.serving.settings import Settings, read_settings

ID = "ab" * 32

Release = Callable[[Path, str, str], None]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param(
            {"MOORING_BUNDLE": "/b/1", "MOORING_MODEL_VERSION": "7"},
            Settings("tiny", Path("/b/1"), None, 7),
            id="a bundle and its version",
        ),
        pytest.param(
            {"MOORING_BUNDLE": "/b/1", "MOORING_BUNDLE_ID": ID},
            Settings("tiny", Path("/b/1"), ID, 0),
            id="a bundle and the id it must have",
        ),
        pytest.param(
            {"MOORING_BUNDLE": "b/1"},
            Settings("tiny", Path("/here/b/1"), None, 0),
            id="a relative bundle without a version is unreleased",
        ),
        pytest.param(
            {"MOORING_BUNDLE": "/b/1", "MOORING_MODEL_VERSION": ""},
            Settings("tiny", Path("/b/1"), None, 0),
            id="an empty version is none",
        ),
        pytest.param(
            {"MOORING_BUNDLE": "/b/1", "MOORING_DRAIN_SECONDS": "5"},
            Settings("tiny", Path("/b/1"), None, 0, drain=5.0),
            id="a drain of its own",
        ),
    ],
)
def test_the_environment_names_the_bundle(environ: dict[str, str], expected: Settings) -> None:
    assert read_settings("tiny", environ, Path("/here")) == expected


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("cwd", id="the working directory"),
        pytest.param("root", id="MOORING_ROOT"),
    ],
)
def test_without_a_bundle_the_champion_of_the_checkout_is_served(
    tmp_path: Path, release: Release, place: str
) -> None:
    release(tmp_path, ID, "bundles/abab")
    environ = {"MOORING_ROOT": str(tmp_path)} if place == "root" else {}
    cwd = tmp_path if place == "cwd" else Path("/elsewhere")
    bundle = tmp_path / "models/tiny/bundles/abab"
    assert read_settings("tiny", environ, cwd) == Settings("tiny", bundle, ID, 4)


@pytest.fixture
def bento(tmp_path: Path) -> Path:
    """The sources of a Bento that holds version 5."""
    champion = Champion(model="tiny", version=5, bundle=ID, promoted_at="2013-04-01T00:00:00Z")
    (tmp_path / "src" / CHAMPION).mkdir(parents=True)
    (tmp_path / "src" / CHAMPION / "champion.json").write_bytes(champion.to_json())
    return tmp_path / "src"


HELD = f"champion/{ID[:16]}"


@pytest.mark.parametrize(
    ("environ", "version"),
    [
        pytest.param({}, 5, id="no variable"),
        pytest.param({"MOORING_ROOT": "checkout"}, 5, id="a checkout with a champion of its own"),
        pytest.param({"MOORING_BUNDLE": "/b/1", "MOORING_MODEL_VERSION": "7"}, 7, id="a bundle"),
    ],
)
def test_a_bento_serves_what_it_holds_unless_a_bundle_is_named(
    tmp_path: Path, release: Release, bento: Path, environ: dict[str, str], version: int
) -> None:
    release(tmp_path / "checkout", ID, "bundles/abab")
    environ = {n: str(tmp_path / v) if n == "MOORING_ROOT" else v for n, v in environ.items()}
    found = read_settings("tiny", {**environ, "MOORING_DRAIN_SECONDS": "2"}, Path("/here"), bento)
    if version == 5:
        assert found == Settings("tiny", bento / HELD, ID, 5, drain=2.0)
    assert found.version == version


def test_a_bento_without_champion_serves_the_checkout(tmp_path: Path, release: Release) -> None:
    release(tmp_path, ID, "bundles/abab")
    assert read_settings("tiny", {}, tmp_path, tmp_path / "src").version == 4


def test_a_champion_that_cannot_be_read_is_refused(bento: Path) -> None:
    (bento / CHAMPION / "champion.json").write_text('{"format":2}')
    with pytest.raises(ReleaseError, match=r"champion\.json: it is not what"):
        read_settings("tiny", {}, Path("/here"), bento)


@pytest.mark.parametrize("expect", [ID, None])
@pytest.mark.parametrize("signature", [SignaturePolicy(), SignaturePolicy("key", Path("/k.pub"))])
def test_settings_survive_the_way_to_a_worker(
    expect: str | None, signature: SignaturePolicy
) -> None:
    settings = Settings("tiny", Path("/b/1"), expect, 4, signature)
    assert read_settings("tiny", settings.environ, Path("/elsewhere")) == settings


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "soon"])
def test_a_drain_that_is_no_number_of_seconds_is_refused(seconds: str) -> None:
    environ = {"MOORING_BUNDLE": "/b/1", "MOORING_DRAIN_SECONDS": seconds}
    with pytest.raises(InvalidSettings, match="MOORING_DRAIN_SECONDS: it is not a number"):
        read_settings("tiny", environ, Path("/"))


def test_a_champion_needs_the_signature_that_the_environment_asks_for(
    tmp_path: Path, release: Release
) -> None:
    release(tmp_path, ID, "bundles/abab")
    environ = {"MOORING_SIGNATURE_POLICY": "key", "MOORING_SIGNATURE_KEY": "/k.pub"}
    settings = read_settings("tiny", environ, tmp_path)
    assert settings.signature == SignaturePolicy("key", Path("/k.pub"))


def test_half_a_signature_policy_is_no_settings() -> None:
    environ = {"MOORING_BUNDLE": "/b", "MOORING_SIGNATURE_POLICY": "key"}
    with pytest.raises(SigningUnusable, match="MOORING_SIGNATURE_KEY"):
        read_settings("tiny", environ, Path("/"))


def test_a_champion_may_lie_at_an_absolute_place(tmp_path: Path, release: Release) -> None:
    release(tmp_path, ID, "/store/abab")
    assert read_settings("tiny", {}, tmp_path).bundle == Path("/store/abab")


def test_without_bundle_and_champion_the_error_names_both_cures(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"release\.json.*MOORING_BUNDLE.*promote"):
        read_settings("tiny", {}, tmp_path)


def test_an_unreadable_release_is_not_taken_for_none(tmp_path: Path, release: Release) -> None:
    release(tmp_path, ID, "bundles/abab")
    (tmp_path / "models/tiny/release.json").write_text("{")
    with pytest.raises(ReleaseError, match=r"release\.json"):
        read_settings("tiny", {}, tmp_path)


@pytest.mark.parametrize("version", ["one", "-1", "1.0", "²"])
def test_a_version_is_a_whole_number(version: str) -> None:
    environ = {"MOORING_BUNDLE": "/b", "MOORING_MODEL_VERSION": version}
    with pytest.raises(InvalidSettings, match="MOORING_MODEL_VERSION"):
        read_settings("tiny", environ, Path("/"))


def test_a_bundle_behind_a_url_needs_its_id() -> None:
    with pytest.raises(InvalidSettings, match=r"MOORING_BUNDLE_ID: .* the full id"):
        read_settings("tiny", {"MOORING_BUNDLE": "memory://b/abababababababab"}, Path("/"))


def test_a_champion_behind_a_url_is_fetched_below_the_home(
    tmp_path: Path, release: Release, bundle: Bundle
) -> None:
    location = store_at("memory://bundles", tmp_path / "unused").put(bundle)
    release(tmp_path, bundle.id, location)
    settings = read_settings("tiny", {"MOORING_HOME": "state"}, tmp_path)
    assert settings.bundle == tmp_path / "state/cache/bundles" / bundle.id[:16]
    assert open_bundle(settings.bundle, expect=bundle.id).files == bundle.files


def test_a_champion_behind_a_url_that_is_gone_is_no_settings(
    tmp_path: Path, release: Release
) -> None:
    release(tmp_path, ID, f"memory://empty/{ID[:16]}")
    with pytest.raises(BundleMissing, match="there is no bundle abababababababab here"):
        read_settings("tiny", {}, tmp_path)


def test_settings_of_a_folder_import_no_store_library(tmp_path: Path, release: Release) -> None:
    release(tmp_path, ID, "bundles/abab")
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from mooring.serving.settings import read_settings\n"
        f"read_settings('tiny', {{}}, Path({str(tmp_path)!r}))\n"
        "print({'fsspec', 's3fs', 'botocore'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "set()"
