"""House numbers and house rules, over every file of the repository."""

import re

import pytest

from tests.repository.tracked import files, texts

CODE = ("*.py", "*.sh", "BUILD", "pants", "mooring", "lock", ".ci/run")
MAX_LINES = 400
MAX_README_LINES = 150


def offenders(pattern: str, *globs: str) -> list[str]:
    expression = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts(*globs)
        for number, line in enumerate(text.splitlines(), start=1)
        if expression.search(line)
    ]


def test_the_sandbox_holds_the_repository() -> None:
    """Without this, an empty sandbox would pass everything below."""
    found = {str(path) for path in files("*")}
    assert {"pants", "mooring", "pants.toml", "BUILD", "3rdparty/python/product.lock"} <= found
    assert any(path.startswith("src/python/mooring/contract/") for path in found)
    assert any(path.startswith("models/") for path in found)


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    long = {str(path): text.count("\n") for path, text in texts(*CODE)}
    assert {path: lines for path, lines in long.items() if lines > MAX_LINES} == {}


def test_the_readme_fits_on_three_screens() -> None:
    long = {str(path): text.count("\n") for path, text in texts("README.md")}
    assert {path: lines for path, lines in long.items() if lines > MAX_README_LINES} == {}


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        pytest.param(
            r"unittest[.]mock|\bMagic[M]ock\b|\bMock[(]|@[p]atch\b|monkeypatch[.]setattr",
            ("*.py",),
            id="tests replace nothing, they use fakes of ports",
        ),
        pytest.param(
            r"pypi[.]org|python[h]osted[.]org|test[.]pypi",
            ("*",),
            id="no file names a package index",
        ),
        pytest.param(
            r"(?<![\w.~}])/(root|home/\w+|Users/\w+)/",
            ("*",),
            id="no file names somebody's home",
        ),
    ],
)
def test_no_file_contains(pattern: str, globs: tuple[str, ...]) -> None:
    assert offenders(pattern, *globs) == []


def test_onnx_runtime_is_loaded_only_where_it_is_told_to_report_nothing() -> None:
    found = offenders(r"^\s*(import|from) onnxruntime\b", "*.py")
    assert [place.partition(":")[0] for place in found] == ["src/python/mooring/bundle/ort.py"]


def test_packages_export_nothing_from_init() -> None:
    """But for `mooring.adopt`, which a notebook asks the top of the package for."""
    full = [str(path) for path, text in texts("__init__.py") if text.strip()]
    assert full == ["src/python/mooring/__init__.py"]
