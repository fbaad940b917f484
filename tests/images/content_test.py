"""What is in a serving image and what is not, for every image and platform that is shipped."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.delivery.oci.documents import tag_of
from mooring.delivery.publish.weight import weigh
from tests.images.content import (
    ARCHIVES,
    PLATFORMS,
    files,
    image,
    manifest,
    members,
    unpack,
)

LIBRARIES = "opt/mooring/libraries/"
# Where our own code lies, by image.
CODE = {
    "gateway": "opt/mooring/code",
    "monitor": "opt/mooring/code",
    "flight_delay": "opt/mooring/bento/src",
    "flight_time": "opt/mooring/bento/src",
}
# Learns, tracks, stores data or draws; and what the releases' runtime, ONNX, does without.
NEVER_SERVED = {
    *("mlflow", "deltalake", "sklearn", "skops", "scipy", "pandas", "polars", "pyarrow", "onnx"),
    *(
        "skl2onnx",
        "matplotlib",
        "river",
        "hypothesis",
        "pytest",
        "IPython",
        "ipykernel",
        "nbclient",
    ),
    *("moto", "boto3", "botocore", "s3fs", "pip", "setuptools", "uv"),
}
# Learns or tracks, wherever it is: the monitor compares and joins with what is left of the above.
NEVER_SHIPPED = NEVER_SERVED - {
    *("deltalake", "sklearn", "scipy", "polars", "pyarrow"),
    # Bundles of releases whose location is a bucket.
    *("s3fs", "botocore"),
}
# Of the gateway too, which knows models by their contract alone.
MODELS_OWN = {"onnxruntime", "bentoml", "model_signing"}
# Of drift the frozen bins alone: see the layer of serving.
PACKAGES_THAT_SERVE = {"bundle", "contract", "drift", "serving", "telemetry"}
GATEWAYS_PACKAGES = {"contract", "gateway", "predictionlog", "process", "telemetry"}
# It never trains, not even by way of `data`.
MONITORS_PACKAGES = {
    *("bundle", "contract", "drift", "evaluation", "monitor", "predictionlog", "process"),
    "telemetry",
}
# What a process needs for itself, and nothing that starts another.
OF_PROCESS = {"__init__", "errors", "locks", "logs", "settings", "web"}
# Of hypotheses: scipy's own modules, which look like files of tests.
TESTS_OF_STATISTICS = {f"{LIBRARIES}scipy/stats/{name}_test.py" for name in ("_bws", "_page_trend")}

EVERY = [(name, platform) for name in ARCHIVES for platform in PLATFORMS]


def libraries(name: str, platform: str) -> set[str]:
    """Top-level packages and modules of the third-party layer."""
    paths = files(name, platform, "libraries")
    return {path.removeprefix(LIBRARIES).split("/")[0].split(".")[0] for path in paths}


def packages(name: str, platform: str) -> set[str]:
    """Our packages in an image."""
    below = f"{CODE[name]}/mooring/"
    paths = [path for path in files(name, platform) if path.startswith(below)]
    return {
        path.removeprefix(below).split("/")[0]
        for path in paths
        if path.count("/") > below.count("/")
    }


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_nothing_that_trains_tracks_or_tests_is_shipped(name: str, platform: str) -> None:
    never = NEVER_SHIPPED if name == "monitor" else NEVER_SERVED
    assert libraries(name, platform) & never == set()
    if name == "gateway":
        assert libraries(name, platform) & MODELS_OWN == set()


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_of_our_packages_only_those_that_serve_are_shipped(name: str, platform: str) -> None:
    others = {"gateway": GATEWAYS_PACKAGES, "monitor": MONITORS_PACKAGES}
    expected = others.get(name, PACKAGES_THAT_SERVE)
    assert packages(name, platform) - {"__pycache__"} == expected


@pytest.mark.parametrize("name", ["gateway", "monitor"])
def test_what_starts_processes_is_not_shipped(name: str) -> None:
    below = f"{CODE[name]}/mooring/process/"
    paths = [Path(path) for path in files(name, PLATFORMS[0], "code") if path.startswith(below)]
    assert "web" in {path.stem for path in paths if path.suffix == ".py"} <= OF_PROCESS


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_the_code_layer_holds_our_package_alone(name: str, platform: str) -> None:
    below = f"{CODE[name]}/mooring/"
    assert [path for path in files(name, platform, "code") if not path.startswith(below)] == []


@pytest.mark.parametrize("name", ["flight_delay", "flight_time"])
def test_of_a_model_its_service_and_its_champion_are_shipped(name: str) -> None:
    below = f"{CODE[name]}/models/"
    ours = {
        path.removeprefix(below)
        for path in files(name, "linux/amd64")
        if path.startswith(below) and "__pycache__" not in path
    }
    assert ours == {"__init__.py", f"{name}/__init__.py", f"{name}/service.py"}
    champion = [path for path in files(name, "linux/amd64") if "/champion/" in path]
    assert any(path.endswith("/model.onnx") for path in champion)
    assert any(path.endswith("/manifest.json") for path in champion)


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_no_test_no_compiler_and_no_shell_is_shipped(name: str, platform: str) -> None:
    paths = files(name, platform)
    tests = [path for path in paths if "/tests/" in path or path.endswith("_test.py")]
    assert set(tests) <= TESTS_OF_STATISTICS
    programs = {
        path.rsplit("/", 1)[1] for path in paths if re.match(r"(usr/)?(local/)?s?bin/", path)
    }
    unwanted = {
        "sh",
        "bash",
        "dash",
        "apt",
        "apt-get",
        "dpkg",
        "perl",
        "gcc",
        "cc",
        "ld",
        "as",
        "pip",
    }
    assert programs & unwanted == set()
    assert [path for path in paths if path.endswith((".h", ".c", ".a", ".pyi"))] == []


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_no_file_runs_with_anothers_rights_or_is_anybodys_to_change(
    name: str, platform: str
) -> None:
    for layer in manifest(name, platform).layers:
        for member in members(name, layer):
            assert (member.uid, member.gid, member.mtime) == (0, 0, 0)
            assert not member.mode & 0o6000, member.name
            assert member.issym() or member.name == "tmp" or not member.mode & 0o022, member.name


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_every_native_library_is_of_the_images_platform(
    name: str, platform: str, tmp_path: Path
) -> None:
    # e_machine of ELF: 62 is x86-64, 183 is AArch64.
    machine = {"linux/amd64": 62, "linux/arm64": 183}[platform]
    unpack(name, platform, tmp_path)
    found = {}
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.is_symlink():
            head = path.open("rb").read(20)
            if head.startswith(b"\x7fELF"):
                found[path.relative_to(tmp_path)] = int.from_bytes(head[18:20], "little")
    assert len(found) > 5
    assert set(found.values()) == {machine}


@pytest.mark.parametrize("name", ARCHIVES)
def test_all_that_our_code_imports_is_shipped(name: str, tmp_path: Path) -> None:
    """Import every module of ours with nothing but the image's files to import from."""
    unpack(name, "linux/amd64", tmp_path)
    code, libs = tmp_path / CODE[name], tmp_path / LIBRARIES
    modules = [
        ".".join(path.relative_to(code).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(code.rglob("*.py"))
        if path.name != "__main__.py"
    ]
    # The other runtime, whose libraries an ONNX release does without.
    modules = [each for each in modules if each != "mooring.bundle.skops_runtime"]
    assert len(modules) > 30
    script = f"import sys; sys.path[:0] = {[str(code), str(libs)]!r}\n" + "".join(
        f"import {module}\n" for module in modules
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script],
        env={"BENTOML_HOME": str(tmp_path), "BENTOML_DO_NOT_TRACK": "true", "PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_each_source_has_byte_code(name: str, platform: str) -> None:
    paths = set(files(name, platform))
    missing = [
        path
        for path in paths
        if path.startswith(CODE[name])
        and path.endswith(".py")
        and re.sub(r"([^/]+)\.py$", r"__pycache__/\1.cpython-311.pyc", path) not in paths
    ]
    assert missing == []


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_image_keeps_its_budget(name: str) -> None:
    for weight in weigh(image(name)):
        assert weight.budget, f"{name} has no budget"
        assert not weight.over, f"{weight.above:,} bytes above the base on {weight.platform}"


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_a_container_starts_without_rights_and_ends_on_sigterm(name: str, platform: str) -> None:
    settings = manifest(name, platform).config["config"]
    assert settings["User"] == "65532:65532"
    assert settings["StopSignal"] == "SIGTERM"
    assert settings["Entrypoint"][:2] == ["python3.11", "-m"]
    assert "MOORING_HOME=/tmp/mooring" in settings["Env"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_image_names_the_base_that_the_repository_locks(name: str) -> None:
    lock = json.loads(Path("deploy/base.lock.json").read_text())
    for platform in PLATFORMS:
        labels = manifest(name, platform).config["config"]["Labels"]
        assert labels["org.opencontainers.image.base.digest"] == lock["digest"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_image_is_tagged_by_its_content(name: str) -> None:
    assert (image(name).name, image(name).tag) == (name, tag_of(image(name).digest))


def test_images_of_models_share_all_but_what_is_their_own() -> None:
    one, other = (manifest(name, "linux/amd64").layers for name in ("flight_delay", "flight_time"))
    shared = {layer.digest for layer in one} & {layer.digest for layer in other}
    assert [layer.title for layer in one if layer.digest in shared] == ["", "libraries", "code"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_bill_of_materials_lists_what_is_in_the_image(name: str) -> None:
    bill = json.loads(image(name).member("sbom.cdx.json"))
    assert bill["metadata"]["component"]["version"] == image(name).digest
    billed = {
        component["name"].lower().replace("_", "-")
        for component in bill["components"]
        if component.get("purl", "").startswith("pkg:pypi/")
    }
    metadata = re.compile(rf"{LIBRARIES}([^/]+)-[^-/]+\.dist-info/METADATA")
    found = {
        match[1].lower().replace("_", "-")
        for platform in PLATFORMS
        for path in files(name, platform, "libraries")
        if (match := metadata.fullmatch(path))
    }
    assert billed == found
