"""A repository like this one in small: layers, a lock, resources, images, models, documents.

One file a string, so that what the oracle edits can be read in one place.
"""

from __future__ import annotations

MACROS = '''

def shop_image(entry_point, files=()):
    """Libraries, code and files of a service, assembled by a tool of this repository."""
    pex_binary(name="libraries", entry_point=entry_point, include_sources=False, layout="loose")
    pex_binary(name="code", entry_point=entry_point, include_requirements=False, layout="loose")
    adhoc_tool(
        name="layout",
        runnable="src/python/shop/delivery:assembler",
        execution_dependencies=[":libraries", ":code", *files],
        workdir="/",
        output_directories=["image"],
        root_output_directory="image",
    )
    archive(name="image", format="tar", files=[":layout"])
'''

ASSEMBLER = '''"""Lists what an image would hold, by digest."""
import hashlib
import json
import os
from pathlib import Path

SKIPPED = ("PEX-INFO", "__main__.py", "__pex__", ".bootstrap")


def digests(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not set(SKIPPED) & set(relative.parts) and ".pyc" not in path.name:
            yield str(relative), hashlib.sha256(path.read_bytes()).hexdigest()


def layers(root):
    found = [path for path in root.glob("*/*.pex") if path.is_dir()]
    files = [path for path in root.glob("models/*") if path.is_dir()]
    return {str(path.relative_to(root)): dict(digests(path)) for path in sorted(found + files)}


def labels():
    return {name: value for name, value in os.environ.items() if name.startswith("LABEL_")}


if __name__ == "__main__":
    Path("image").mkdir()
    Path("image/layers.json").write_text(json.dumps([labels(), layers(Path("."))], indent=1))
'''

PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
backend_packages = [
  "pants.backend.experimental.adhoc",
  "pants.backend.experimental.visibility",
  "pants.backend.python",
]
build_file_prelude_globs = ["build-support/macros.py"]
unmatched_build_file_globs = "error"
tag = ["-slow"]
pantsd_max_memory_usage = "1GiB"
ignore_warnings = ["$regex$.*external Python interpreter.*"]

[source]
root_patterns = ["/", "/src/python"]

[python]
interpreter_constraints = ["CPython==3.11.*"]
enable_resolves = true
default_resolve = "product"
run_against_entire_lockfile = true
invalid_lockfile_behavior = "ignore"

[python.resolves]
product = "3rdparty/python/product.lock"
pytest = "3rdparty/python/pytest.lock"

[python-infer]
use_rust_parser = true
unowned_dependency_behavior = "error"

[pytest]
install_from_resolve = "pytest"
args = ["--no-header", "-p", "no:cacheprovider"]
"""

SHOP = "src/python/shop"

FILES = {
    "pants.toml": PANTS_TOML,
    "pants": '#!/bin/sh\nexec "$MOORING_PANTS_BIN" "$@"\n',
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-q'\n",
    ".gitignore": "/.pants.d/\n/.pids/\n/dist/\n/.pants.workdir.file_lock*\n__pycache__/\n",
    ".ci/run": "#!/bin/sh\n./pants test ::\n",
    "BUILD": 'files(name="tracked", sources=["**/*"])\n',
    "README.md": "# Shop\n",
    "LICENSE": "None.\n",
    "docs/guide.md": "# Guide\n",
    "docs/price list.md": "# Prices\n",
    "3rdparty/python/BUILD": (
        'python_requirements(name="product", source="product.txt", resolve="product")\n'
        'python_requirements(name="pytest", source="pytest.txt", resolve="pytest")\n'
    ),
    "3rdparty/python/product.txt": "leftpad\ntidy\npytest\n",
    "3rdparty/python/pytest.txt": "pytest\n",
    # contract: the lowest layer, no library
    f"{SHOP}/contract/BUILD": 'python_sources()\npython_tests(name="tests")\nlayer()\n',
    f"{SHOP}/contract/__init__.py": "",
    f"{SHOP}/contract/fields.py": "FACTOR = 2\n\n\ndef double(x):\n    return FACTOR * x\n",
    f"{SHOP}/contract/ids.py": "def identity(x):\n    return f'id-{x}'\n",
    f"{SHOP}/contract/fields_test.py": (
        "from shop.contract.fields import double\n\n\n"
        "def test_double():\n    assert double(2) == 4\n"
    ),
    f"{SHOP}/contract/ids_test.py": (
        "from shop.contract.ids import identity\n\n\n"
        "def test_identity():\n    assert identity(1) == 'id-1'\n"
    ),
    # bundle: a package with content in its __init__, a conftest and code for tests
    f"{SHOP}/bundle/BUILD": (
        'python_sources()\npython_tests(name="tests")\npython_test_utils(name="test_utils")\n'
        'layer(may_import=["src/python/shop/contract"])\n'
    ),
    f"{SHOP}/bundle/__init__.py": "NAME = 'bundle'\n",
    f"{SHOP}/bundle/pack.py": (
        "import tidy\n\nfrom shop.contract.fields import double\n\n\n"
        "def pack(x):\n    return (tidy.VERSION[:0], double(x))\n"
    ),
    f"{SHOP}/bundle/conftest.py": (
        "import pytest\n\nfrom shop.bundle.testing.recipe import ROWS\n\n\n"
        "@pytest.fixture\ndef rows():\n    return list(ROWS)\n"
    ),
    f"{SHOP}/bundle/pack_test.py": (
        "from shop.bundle.pack import pack\n\n\n"
        "def test_pack(rows):\n    assert [pack(r)[1] for r in rows] == [2, 4]\n"
    ),
    f"{SHOP}/bundle/testing/BUILD": 'python_test_utils(name="testing", sources=["*.py"])\n',
    f"{SHOP}/bundle/testing/__init__.py": "",
    f"{SHOP}/bundle/testing/recipe.py": "ROWS = (1, 2)\n",
    f"{SHOP}/bundle/deep/BUILD": 'python_sources()\npython_tests(name="tests")\n',
    f"{SHOP}/bundle/deep/seal.py": "def seal(x):\n    return x[::-1]\n",
    f"{SHOP}/bundle/deep/seal_test.py": (
        "from shop.bundle.deep.seal import seal\n\n\n"
        "def test_seal(rows):\n    assert seal(rows) == [2, 1]\n"
    ),
    # gateway: a service with a resource, a library and an image
    f"{SHOP}/gateway/BUILD": (
        'python_sources(overrides={"app.py": dict(dependencies=[":pages"])})\n'
        'python_tests(name="tests")\nresources(name="pages", sources=["*.html"])\n'
        'layer(may_import=["src/python/shop/contract"])\nshop_image(entry_point="shop.gateway.app")\n'
    ),
    f"{SHOP}/gateway/__init__.py": "",
    f"{SHOP}/gateway/page.html": "<p>shop</p>\n",
    f"{SHOP}/gateway/routes.py": "ROUTES = ['/predict']\n",
    f"{SHOP}/gateway/app.py": (
        "import leftpad\n\nfrom shop.contract.fields import double\n"
        "from shop.gateway.routes import ROUTES\n\n\n"
        "def app():\n    return (leftpad.VERSION[:0], double(len(ROUTES)))\n"
    ),
    f"{SHOP}/gateway/app_test.py": (
        "from importlib.resources import files\n\nfrom shop.gateway.app import app\n\n\n"
        "def test_app():\n    assert app()[1] == 2\n\n\n"
        "def test_page():\n"
        "    assert '<p>' in files('shop.gateway').joinpath('page.html').read_text()\n"
    ),
    # training: imports much, is in no image
    f"{SHOP}/training/BUILD": (
        "python_sources()\n"
        'python_tests(name="tests", overrides={"long_slow_test.py": dict(tags=["slow"])})\n'
        'layer(may_import=["src/python/shop/bundle", "src/python/shop/contract"])\n'
    ),
    f"{SHOP}/training/__init__.py": "",
    f"{SHOP}/training/fit.py": (
        "from shop.bundle.pack import pack\nfrom shop.contract.ids import identity\n\n\n"
        "def fit(x):\n    return (identity(x), pack(x)[1])\n"
    ),
    f"{SHOP}/training/fit_test.py": (
        "from shop.training.fit import fit\n\n\ndef test_fit():\n    assert fit(1) == ('id-1', 2)\n"
    ),
    f"{SHOP}/training/long_slow_test.py": "def test_long():\n    assert True\n",
    # delivery: the tool that assembles images
    f"{SHOP}/delivery/BUILD": (
        'python_sources()\npython_tests(name="tests")\n'
        'pex_binary(name="assembler", entry_point="assemble.py")\nlayer()\n'
    ),
    f"{SHOP}/delivery/__init__.py": "",
    f"{SHOP}/delivery/assemble.py": ASSEMBLER,
    f"{SHOP}/delivery/assemble_test.py": (
        "from shop.delivery.assemble import layers\n\n\n"
        "def test_layers(tmp_path):\n    assert layers(tmp_path) == {}\n"
    ),
    # models: two services of one shape, and what both read
    "models/BUILD": (
        "python_sources()\n"
        'layer(may_import=["src/python/shop/bundle", "src/python/shop/training"])\n'
    ),
    "models/calendar.py": "DAYS = 7\n",
    "tests/repository/BUILD": 'python_tests(name="tests", dependencies=["//:tracked"])\n',
    "tests/repository/rules_test.py": (
        "from pathlib import Path\n\n\n"
        "def test_there_are_documents():\n    assert list(Path('docs').glob('*.md'))\n"
    ),
}

for model in ("delay", "fare"):
    FILES |= {
        f"models/{model}/BUILD": (
            'python_sources()\npython_tests(name="tests", dependencies=[":rows"])\n'
            'file(name="release", source="release.json")\nfiles(name="rows", sources=["*.csv"])\n'
            f'shop_image(entry_point="models.{model}.service", files=[":release"])\n'
        ),
        f"models/{model}/release.json": '{"champion": "0"}\n',
        f"models/{model}/rows.csv": "day\n1\n",
        f"models/{model}/days.csv": "day\n",
        f"models/{model}/plan.py": (
            "from models.calendar import DAYS\nfrom shop.training.fit import fit\n\n\n"
            "def plan():\n    return (DAYS, fit(1)[1])\n"
        ),
        f"models/{model}/service.py": (
            "from models.calendar import DAYS\nfrom shop.bundle.pack import pack\n\n\n"
            "def service():\n    return pack(DAYS)[1]\n"
        ),
        f"models/{model}/plan_test.py": (
            "from pathlib import Path\n\n"
            f"from models.{model}.plan import plan\n\n\n"
            "def test_plan():\n    assert plan() == (7, 2)\n\n\n"
            f"def test_days():\n    assert Path('models/{model}/days.csv').exists()\n"
        ),
        f"models/{model}/service_test.py": (
            f"from models.{model}.service import service\n\n\n"
            "def test_service():\n    assert service() == 14\n"
        ),
    }
