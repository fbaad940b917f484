"""`./mooring` packages when it must, once, and then is the command.

Pants is played by a script: `export` links an environment whose python is this test's own, and
`package` writes a module that prints what it sees.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.repository.toolbox import script, toolbox
from tests.repository.tracked import ROOT

WAIT = 30

FAKE_PANTS = """\
echo "$1" >>calls
case $1 in
  export)
    mkdir -p dist/export/python/virtualenvs/product libraries/bin
    ln -sf "$PYTHON" libraries/bin/python
    ln -sfn "$PWD/libraries" dist/export/python/virtualenvs/product/3.11.7 ;;
  package)
    [ ! -f package-fails ] || { echo "BUILD is wrong" >&2; exit 7; }
    out=dist/src.python.mooring.cli/mooring.pex/mooring
    mkdir -p "$out/cli"
    : >"$out/__init__.py"
    : >"$out/cli/__init__.py"
    cp src/python/mooring/main.py "$out/cli/__main__.py" ;;
esac
"""

MAIN = """\
import os, sys
print("version one", os.environ["MOORING_ROOT"], *sys.argv[1:])
sys.exit(3)
"""


@dataclass(frozen=True)
class Checkout:
    root: Path
    tools: Path

    @property
    def source(self) -> Path:
        return self.root / "src/python/mooring/main.py"

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "mooring", *arguments],
            env={"PATH": str(self.tools), "PYTHON": sys.executable},
            cwd=cwd or self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None) -> tuple[int, str, str]:
        process = self.start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=WAIT)
        return process.returncode, out, err

    def calls(self) -> list[str]:
        return (self.root / "calls").read_text().split()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "build-support", root / "build-support")
    for folder in ("models", "src/python/mooring", "3rdparty/python"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "mooring", root / "mooring")
    for name in ("BUILD", "pants.toml", "3rdparty/python/product.lock"):
        (root / name).write_text("")
    (root / "src/python/mooring/main.py").write_text(MAIN)
    script(root / "pants", FAKE_PANTS.splitlines())
    return Checkout(root, toolbox(tmp_path / "bin"))


def edit(checkout: Checkout, old: str, new: str) -> None:
    """Change the source, and make its time later than anything written so far."""
    checkout.source.write_text(checkout.source.read_text().replace(old, new))
    later = time.time_ns() + 10**9
    os.utime(checkout.source, ns=(later, later))


def test_arguments_and_exit_code_pass_through_and_only_the_first_run_packages(
    checkout: Checkout,
) -> None:
    expected = f"version one {checkout.root} a b c\n"
    code, out, err = checkout.run("a", "b c")
    assert (code, out) == (3, expected)
    assert "packaging the command" in err
    assert checkout.run("a", "b c") == (3, expected, "")
    assert checkout.calls() == ["export", "package"]


def test_an_edit_is_packaged_and_the_version_before_it_stays(checkout: Checkout) -> None:
    checkout.run()
    before = set((checkout.root / "dist/mooring").glob("code-*"))
    edit(checkout, "version one", "version two")
    assert "version two" in checkout.run()[1]
    assert before < set((checkout.root / "dist/mooring").glob("code-*"))


def test_an_edit_of_a_test_packages_nothing(checkout: Checkout) -> None:
    test = checkout.source.with_name("main_test.py")
    test.write_text("")
    checkout.run()
    later = time.time_ns() + 10**9
    os.utime(test, ns=(later, later))
    checkout.run()
    assert checkout.calls() == ["export", "package"]


def test_a_new_lock_exports_the_libraries_again(checkout: Checkout) -> None:
    checkout.run()
    (checkout.root / "3rdparty/python/product.lock").write_text("numpy==3.0\n")
    checkout.run()
    assert checkout.calls().count("export") == 2


def test_a_failed_package_is_no_package(checkout: Checkout) -> None:
    (checkout.root / "package-fails").touch()
    code, out, err = checkout.run()
    assert (code, out) == (7, "")
    assert "BUILD is wrong" in err
    (checkout.root / "package-fails").unlink()
    assert checkout.run()[0] == 3


def test_of_two_at_once_one_packages_and_both_run(checkout: Checkout) -> None:
    checkout.run()
    edit(checkout, "version one", "version two")
    os.utime(checkout.source)
    for process in [checkout.start() for _ in range(2)]:
        out, _ = process.communicate(timeout=WAIT)
        assert (process.returncode, out) == (3, f"version two {checkout.root}\n")
    assert checkout.calls().count("package") == 2


def test_the_folder_it_is_called_from_is_not_imported_from(
    checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "mooring").mkdir()
    (tmp_path / "mooring/__init__.py").write_text("raise SystemExit('the wrong mooring')\n")
    assert checkout.run(cwd=tmp_path)[1] == f"version one {checkout.root}\n"


def test_a_signal_reaches_the_command_itself(checkout: Checkout) -> None:
    checkout.source.write_text(
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(42))\n"
        "print('up', flush=True)\n"
        "signal.pause()\n"
    )
    process = checkout.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT)
    assert process.returncode == 42
