"""Edits of tests and of what only tests use."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.plan.testing.layout import SHOP
from mooring.delivery.plan.testing.site import Edit, Site


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


def deleted_conftest(site: Site) -> str:
    """With its target, else Pants would refuse."""
    path = f"{SHOP}/bundle/BUILD"
    site.replace(path, 'python_test_utils(name="test_utils")\n', f"# note {site.number}\n")
    return site.remove(f"{SHOP}/bundle/conftest.py")


def new_conftest(site: Site) -> str:
    """With the target that it needs."""
    folder = site.pick([f"{SHOP}/gateway", "models", "models/delay"])
    site.append(f"{folder}/BUILD", 'python_test_utils(name="test_utils")\n')
    return site.write(f"{folder}/conftest.py", f"FIXED = {site.number}\n")


def test_code(site: Site) -> str:
    return site.append(f"{SHOP}/bundle/testing/recipe.py", f"EXTRA_{site.number} = 1\n")


# How often each is drawn.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys((test_edit,), 6),
    **dict.fromkeys(
        (
            conftest_edit,
            test_code,
        ),
        4,
    ),
    **dict.fromkeys(
        (
            new_test,
            new_conftest,
        ),
        3,
    ),
    **dict.fromkeys(
        (
            deleted_conftest,
            deleted_test,
        ),
        2,
    ),
}

# These need everything.
EVERYTHING = (
    deleted_test,
    deleted_conftest,
)
