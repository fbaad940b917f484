"""Edits of configuration, requirements and locks."""

from __future__ import annotations

from mooring.delivery.plan.testing.repository import VERSIONS
from mooring.delivery.plan.testing.site import Edit, Site

PRODUCT = "3rdparty/python/product"


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


# How often each is drawn.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys(
        (
            lock_line,
            lock_comment,
            pytest_lock,
            requirement_comment,
            requirement_line,
            pytest_options,
            git_ignore,
            gate,
            pants_script,
        ),
        2,
    ),
    **dict.fromkeys(
        (
            pants_comment,
            pants_option,
        ),
        1,
    ),
}

# These need everything.
EVERYTHING = (
    pants_comment,
    pants_option,
    pants_script,
    git_ignore,
    gate,
)
