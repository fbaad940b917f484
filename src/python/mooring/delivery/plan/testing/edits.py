"""Edits of every kind that people make, drawn by chance; each leaves bytes that were never there.

That last point matters: what the cache has seen before is not run again, and would look unneeded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mooring.delivery.plan.testing.layout import SHOP
from mooring.delivery.plan.testing.repository import VERSIONS, Repository

PRODUCT = "3rdparty/python/product"


@dataclass(frozen=True)
class Site:
    """Where an edit happens: the repository, chance, and a number that no other edit has."""

    repository: Repository
    random: Random
    number: int

    def files(self, *patterns: str) -> list[str]:
        """Tracked files that match, sorted, but for those of the edit's own doing."""
        return self.repository.git("ls-files", "--", *patterns).splitlines()

    def pick(self, paths: Sequence[str]) -> str:
        return self.random.choice(sorted(paths))

    def source(self) -> str:
        found = self.files(
            "*.py", ":!*_test.py", ":!*conftest.py", ":!*/__init__.py", ":!build-support"
        )
        return self.pick([path for path in found if "/testing/" not in path])

    def append(self, path: str, text: str) -> str:
        self.repository.write(path, self.repository.read(path) + text)
        return path

    def replace(self, path: str, old: str, new: str) -> str:
        text = self.repository.read(path)
        self.repository.write(path, text.replace(old, new))
        return path

    def write(self, path: str, text: str) -> str:
        self.repository.write(path, text)
        return path

    def remove(self, path: str) -> str:
        (self.repository.root / path).unlink()
        return path

    def move(self, old: str, new: str) -> str:
        text = self.repository.read(old)
        self.remove(old)
        self.write(new, text)
        return f"{old} to {new}"


# --- Code ----------------------------------------------------------------------------------------


def meaning(site: Site) -> str:
    return site.append(site.source(), f"\n\nNUMBER_{site.number} = {site.number}\n")


def behaviour(site: Site) -> str:
    """A change that some tests notice."""
    return site.replace(f"{SHOP}/contract/fields.py", "FACTOR = 2", f"FACTOR = {site.number + 3}")


def comment(site: Site) -> str:
    return site.append(site.source(), f"# note {site.number}\n")


def whitespace(site: Site) -> str:
    return site.append(site.source(), "\n" * (site.number + 1))


def executable(site: Site) -> str:
    """A file mode, with a note so that no two are alike."""
    path = site.append(site.source(), f"# run {site.number}\n")
    (site.repository.root / path).chmod(0o755)
    return path


def new_module(site: Site) -> str:
    folder = str(Path(site.source()).parent)
    return site.write(f"{folder}/new_{site.number}.py", f"NEW = {site.number}\n")


def new_package(site: Site) -> str:
    folder = f"{SHOP}/new_{site.number}"
    site.write(f"{folder}/BUILD", 'python_sources()\npython_tests(name="tests")\n')
    site.write(f"{folder}/__init__.py", "")
    site.write(f"{folder}/x.py", f"X = {site.number}\n")
    text = f"from shop.new_{site.number}.x import X\n\n\ndef test_x():\n    assert X\n"
    return site.write(f"{folder}/x_test.py", text)


def new_module_in_use(site: Site) -> str:
    path = site.pick(
        [f"{SHOP}/gateway/app.py", f"{SHOP}/bundle/pack.py", f"{SHOP}/training/fit.py"]
    )
    folder = path.rpartition("/")[0]
    site.write(f"{folder}/fresh_{site.number}.py", f"FRESH = {site.number}\n")
    module = f"{folder.removeprefix('src/python/').replace('/', '.')}.fresh_{site.number}"
    return site.append(path, f"\nfrom {module} import FRESH\n")


def new_import(site: Site) -> str:
    importer, module = site.random.choice(
        (
            (f"{SHOP}/gateway/routes.py", "shop.contract.ids"),
            (f"{SHOP}/bundle/deep/seal.py", "shop.contract.fields"),
            (f"{SHOP}/bundle/pack.py", "shop.bundle.deep.seal"),
            (f"{SHOP}/gateway/app.py", "tidy"),
            ("models/delay/service.py", "shop.training.fit"),
            ("models/fare/service.py", "models.fare.plan"),
        )
    )
    return site.append(importer, f"\nimport {module}  # {site.number}\n")


def dropped_import(site: Site) -> str:
    model = site.random.choice(("delay", "fare"))
    path = f"models/{model}/service.py"
    site.replace(path, "from models.calendar import DAYS\n", f"DAYS = 7  # {site.number}\n")
    return path


def unresolved_import(site: Site) -> str:
    return site.append(site.source(), f"\nimport shop.contract.nowhere_{site.number}\n")


def deleted_module(site: Site) -> str:
    path = site.source()
    site.append("README.md", f"{site.number}\n")
    return site.remove(path)


def renamed_module(site: Site) -> str:
    path = site.source()
    return site.move(path, path.replace(".py", f"_{site.number}.py"))


def renamed_everywhere(site: Site) -> str:
    """A module and its importers, as an editor does it."""
    old, new = "ids", f"names_{site.number}"
    site.move(f"{SHOP}/contract/{old}.py", f"{SHOP}/contract/{new}.py")
    for path in site.files("*.py"):
        if (site.repository.root / path).exists():
            site.replace(path, f"shop.contract.{old} ", f"shop.contract.{new} ")
    return f"shop.contract.{old} to {new}"


def filled_init(site: Site) -> str:
    path = site.pick(site.files("*/__init__.py"))
    return site.append(path, f"MARK_{site.number} = 1\n")


def emptied_init(site: Site) -> str:
    site.append("docs/guide.md", f"{site.number}\n")
    return site.write(f"{SHOP}/bundle/__init__.py", "")


def new_init(site: Site) -> str:
    """With content, in a folder of models that has none."""
    folder = site.random.choice(("models", "models/delay", "models/fare"))
    return site.write(f"{folder}/__init__.py", f"MARK = {site.number}\n")


def assembler(site: Site) -> str:
    path = f"{SHOP}/delivery/assemble.py"
    return site.replace(path, '"image/layers.json"', f'"image/layers-{site.number}.json"')


def shadow(site: Site) -> str:
    """A second module of one name, under the other source root: which is meant nobody can say."""
    site.write("shop/contract/BUILD", "python_sources()\n")
    return site.write("shop/contract/ids.py", f"def identity(x):\n    return {site.number}\n")


# --- Tests ---------------------------------------------------------------------------------------


def test_edit(site: Site) -> str:
    path = site.pick(site.files("*_test.py"))
    return site.append(path, f"\n\ndef test_more_{site.number}():\n    assert True\n")


def new_test(site: Site) -> str:
    folder = str(Path(site.pick(site.files("*_test.py"))).parent)
    return site.write(f"{folder}/new_{site.number}_test.py", "def test_new():\n    assert True\n")


def deleted_test(site: Site) -> str:
    path = site.pick(site.files("*_test.py"))
    site.append("README.md", f"{site.number}\n")
    return site.remove(path)


def conftest_edit(site: Site) -> str:
    return site.append(f"{SHOP}/bundle/conftest.py", f"\nMORE_{site.number} = 1\n")


def new_conftest(site: Site) -> str:
    """With the target that it needs."""
    folder = site.pick([f"{SHOP}/gateway", "models", "models/delay"])
    site.append(f"{folder}/BUILD", 'python_test_utils(name="test_utils")\n')
    return site.write(f"{folder}/conftest.py", f"FIXED = {site.number}\n")


def test_code(site: Site) -> str:
    return site.append(f"{SHOP}/bundle/testing/recipe.py", f"EXTRA_{site.number} = 1\n")


# --- BUILD files and macros ----------------------------------------------------------------------


def build_comment(site: Site) -> str:
    return site.append(site.pick(site.files("*/BUILD")), f"# note {site.number}\n")


def build_whitespace(site: Site) -> str:
    return site.append(site.pick(site.files("*/BUILD")), "\n" * (site.number + 1))


def build_field(site: Site) -> str:
    path = site.pick(
        [p for p in site.files("*/BUILD") if 'name="tests"' in site.repository.read(p)]
    )
    field = f'name="tests", extra_env_vars=["N={site.number}"]'
    return site.replace(path, 'name="tests"', field)


def build_dependency(site: Site) -> str:
    path = site.pick([f"{SHOP}/contract/BUILD", f"{SHOP}/gateway/BUILD", "models/delay/BUILD"])
    old = 'python_tests(name="tests"'
    new = f'files(name="extra", sources=["extra.txt"])\n{old}, dependencies=[":extra"'
    text = site.repository.read(path)
    if "dependencies=[" in text.partition(old)[2].partition("\n")[0]:
        new = f'files(name="extra", sources=["extra.txt"])\n{old}'
        text = text.replace('dependencies=[":rows"]', 'dependencies=[":rows", ":extra"]')
        site.write(path, text.replace(old, new))
    else:
        site.write(path, text.replace(old, f"{new}]"))
    return site.write(f"{path.rpartition('/')[0]}/extra.txt", f"{site.number}\n")


def build_defaults(site: Site) -> str:
    """Defaults in a folder, for the targets of the BUILD files below it."""
    text = (
        f'__defaults__({{(python_tests, python_test): dict(extra_env_vars=["D={site.number}"])}})\n'
    )
    path = site.pick(["models/BUILD", f"{SHOP}/bundle/BUILD"])
    return site.write(path, text + site.repository.read(path))


def conftest_given_away(site: Site) -> str:
    """The target of a conftest.py narrowed, so that no test has it any more."""
    path = f"{SHOP}/bundle/BUILD"
    new = f'python_sources(sources=["*.py", "!*_test.py", "!conftest.py"])  # {site.number}\n'
    text = site.repository.read(path).replace("python_sources()\n", new)
    return site.write(path, text.replace('python_test_utils(name="test_utils")\n', ""))


def build_broken(site: Site) -> str:
    return site.append(site.pick(site.files("*/BUILD")), f"oops_{site.number}(\n")


def root_build(site: Site) -> str:
    return site.append("BUILD", f"# note {site.number}\n")


def macro_comment(site: Site) -> str:
    return site.append("build-support/macros.py", f"# note {site.number}\n")


def macro_field(site: Site) -> str:
    old = 'output_directories=["image"],'
    return site.replace(
        "build-support/macros.py", old, f'{old}\n        extra_env_vars=["LABEL_X={site.number}"],'
    )


# --- Configuration, requirements, locks ----------------------------------------------------------


def pants_comment(site: Site) -> str:
    return site.append("pants.toml", f"# note {site.number}\n")


def pants_option(site: Site) -> str:
    return site.append("pants.toml", f'\n[test]\nextra_env_vars = ["O={site.number}"]\n')


def pants_script(site: Site) -> str:
    return site.append("pants", f"# note {site.number}\n")


def pytest_options(site: Site) -> str:
    return site.append("pyproject.toml", f"# note {site.number}\n")


def git_ignore(site: Site) -> str:
    """A file that tests read is hidden from Pants."""
    return site.append(".gitignore", f"/docs/guide.md\n# {site.number}\n")


def gate(site: Site) -> str:
    return site.append(".ci/run", f"# note {site.number}\n")


def requirement_comment(site: Site) -> str:
    return site.append(f"{PRODUCT}.txt", f"# note {site.number}\n")


def requirement_line(site: Site) -> str:
    return site.replace(f"{PRODUCT}.txt", "tidy\n", f"tidy!=0.{site.number}\n")


def lock_line(site: Site) -> str:
    name = site.random.choice(("leftpad", "tidy"))
    version = VERSIONS[1 + site.number % (len(VERSIONS) - 1)]
    return site.replace(f"{PRODUCT}.lock", f"{name}==1.0", f"{name}=={version}")


def lock_comment(site: Site) -> str:
    return site.append(f"{PRODUCT}.lock", f"# via {site.number}\n")


def pytest_lock(site: Site) -> str:
    version = VERSIONS[1 + site.number % (len(VERSIONS) - 1)]
    return site.append("3rdparty/python/pytest.lock", f"leftpad=={version}\n")


# --- Data and documents --------------------------------------------------------------------------


def release(site: Site) -> str:
    model = site.random.choice(("delay", "fare"))
    text = json.dumps({"champion": str(site.number)})
    return site.write(f"models/{model}/release.json", text)


def data(site: Site) -> str:
    return site.append(
        f"models/{site.random.choice(('delay', 'fare'))}/rows.csv", f"{site.number}\n"
    )


def new_data(site: Site) -> str:
    folder = f"models/{site.random.choice(('delay', 'fare'))}"
    name = site.random.choice(("more", "with space", "grün"))
    return site.write(f"{folder}/{name} {site.number}.csv", "day\n")


def moved_data(site: Site) -> str:
    """From one model's rows to the other's: git takes it for a rename."""
    site.append("models/fare/rows.csv", f"{site.number}\n")
    return site.move("models/delay/days.csv", f"models/fare/days_{site.number}.csv")


def deleted_data(site: Site) -> str:
    site.append("docs/guide.md", f"{site.number}\n")
    return site.remove(f"models/{site.random.choice(('delay', 'fare'))}/days.csv")


def resource(site: Site) -> str:
    return site.append(f"{SHOP}/gateway/page.html", f"<p>{site.number}</p>\n")


def document(site: Site) -> str:
    return site.append(site.pick(["README.md", "docs/guide.md", "LICENSE"]), f"{site.number}\n")


def document_with_space(site: Site) -> str:
    return site.append("docs/price list.md", f"{site.number}\n")


def new_document(site: Site) -> str:
    return site.write(f"docs/new {site.number}.md", "# New\n")


def deleted_document(site: Site) -> str:
    site.append("README.md", f"{site.number}\n")
    return site.remove(site.pick(["docs/guide.md", "docs/price list.md"]))


Edit = Callable[[Site], str]

# How often each is drawn. Those that run everything again, or have Pants start again, cost most.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys((meaning, comment), 10),
    **dict.fromkeys((new_import, new_module_in_use, test_edit, release), 6),
    **dict.fromkeys((whitespace, executable, new_module, build_comment, build_field), 4),
    **dict.fromkeys((conftest_edit, test_code, document, data, resource, assembler), 4),
    **dict.fromkeys((new_package, dropped_import, filled_init, emptied_init, new_init), 3),
    **dict.fromkeys((new_test, deleted_module, renamed_module, build_dependency), 3),
    **dict.fromkeys((build_defaults, new_conftest, new_data, moved_data, deleted_data), 3),
    **dict.fromkeys((behaviour, renamed_everywhere, deleted_test, conftest_given_away), 2),
    **dict.fromkeys((build_whitespace, root_build, macro_comment, macro_field), 2),
    **dict.fromkeys((lock_line, lock_comment, pytest_lock, requirement_comment), 2),
    **dict.fromkeys((requirement_line, pytest_options, git_ignore, gate, pants_script), 2),
    **dict.fromkeys((document_with_space, new_document, deleted_document), 2),
    **dict.fromkeys((pants_comment, pants_option, unresolved_import, build_broken, shadow), 1),
}

# A global file is changed, or code is deleted or renamed: these and no others need everything.
EVERYTHING = frozenset(
    edit.__name__
    for edit in (
        *(
            deleted_module,
            renamed_module,
            renamed_everywhere,
            deleted_test,
            root_build,
            macro_comment,
        ),
        *(macro_field, pants_comment, pants_option, pants_script, git_ignore, gate),
    )
)
