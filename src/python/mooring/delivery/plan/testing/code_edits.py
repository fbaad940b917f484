"""Edits of modules and packages."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.plan.testing.layout import SHOP
from mooring.delivery.plan.testing.site import Edit, Site


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


def deleted_init(site: Site) -> str:
    """Nothing imports it, so Pants does not refuse; it was part of every module below."""
    site.append("docs/guide.md", f"{site.number}\n")
    return site.remove(f"{SHOP}/bundle/__init__.py")


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


# How often each is drawn.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys(
        (
            meaning,
            comment,
        ),
        10,
    ),
    **dict.fromkeys(
        (
            new_import,
            new_module_in_use,
        ),
        6,
    ),
    **dict.fromkeys(
        (
            whitespace,
            executable,
            new_module,
            assembler,
        ),
        4,
    ),
    **dict.fromkeys(
        (
            new_package,
            dropped_import,
            filled_init,
            emptied_init,
            new_init,
            deleted_module,
            renamed_module,
        ),
        3,
    ),
    **dict.fromkeys(
        (
            deleted_init,
            behaviour,
            renamed_everywhere,
        ),
        2,
    ),
    **dict.fromkeys(
        (
            unresolved_import,
            shadow,
        ),
        1,
    ),
}

# These need everything.
EVERYTHING = (
    deleted_module,
    renamed_module,
    renamed_everywhere,
    deleted_init,
)
