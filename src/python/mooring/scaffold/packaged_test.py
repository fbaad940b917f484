from __future__ import annotations

import pytest

from mooring.bundle.manifest import Runtime
from mooring.scaffold.packaged import packaged

SOURCES = 'python_sources()\npython_tests(name="tests")\n'
ONNX = "released_model()\n"
SKOPS = 'released_model(libraries="service-skops")\n'


@pytest.mark.parametrize(
    ("build", "runtime", "expected"),
    [
        pytest.param(SOURCES, "onnx", SOURCES + ONNX, id="the first champion"),
        pytest.param(SOURCES, "skops", SOURCES + SKOPS, id="one that scikit-learn serves"),
        pytest.param("", "onnx", ONNX, id="an empty file"),
        pytest.param("python_sources()", "onnx", f"python_sources()\n{ONNX}", id="no last newline"),
        pytest.param(SOURCES + ONNX, "onnx", SOURCES + ONNX, id="a second champion"),
        pytest.param(ONNX + SOURCES, "skops", SKOPS + SOURCES, id="a champion of another runtime"),
        pytest.param(SOURCES + SKOPS, "onnx", SOURCES + ONNX, id="and back"),
        pytest.param(
            'released_model(\n    libraries="service-skops",\n)  # why\n', "skops",
            'released_model(\n    libraries="service-skops",\n)  # why\n',
            id="the same in another layout",
        ),
        pytest.param(
            'released_model(\n    libraries="service-skops",\n)\nfiles()\n', "onnx",
            ONNX + "files()\n", id="over several lines",
        ),
        pytest.param("# released_model()\n", "onnx", f"# {ONNX}{ONNX}", id="a mere comment"),
        pytest.param("released_model(\n", "onnx", "released_model(\n", id="what cannot be parsed"),
    ],
)  # fmt: skip
def test_one_line_packages_the_champion(build: str, runtime: Runtime, expected: str) -> None:
    assert packaged(build, runtime) == expected
