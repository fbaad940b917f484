"""Edits of BUILD files and macros."""

from __future__ import annotations

from mooring.delivery.plan.testing.layout import SHOP
from mooring.delivery.plan.testing.site import Edit, Site


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


def new_defaults(site: Site) -> str:
    """A BUILD file that has no target and speaks for all below it."""
    fields = f'dict(extra_env_vars=["D={site.number}"])'
    return site.write(f"{SHOP}/BUILD", f"__defaults__({{(python_tests, python_test): {fields}}})\n")


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


# How often each is drawn.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys(
        (
            build_comment,
            build_field,
        ),
        4,
    ),
    **dict.fromkeys(
        (
            build_dependency,
            build_defaults,
        ),
        3,
    ),
    **dict.fromkeys(
        (
            new_defaults,
            conftest_given_away,
            build_whitespace,
            root_build,
            macro_comment,
            macro_field,
        ),
        2,
    ),
    **dict.fromkeys((build_broken,), 1),
}

# These need everything.
EVERYTHING = (
    root_build,
    macro_comment,
    macro_field,
)
