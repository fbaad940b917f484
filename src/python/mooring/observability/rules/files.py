"""The files under deploy/ that this package writes."""

from __future__ import annotations

from mooring.observability.documents import yaml_text
from mooring.observability.rule import Group
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.every import groups, promised

FOLDER = "deploy/prometheus/rules"


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    links = promised().links
    return {
        f"{FOLDER}/{file_of(group)}": yaml_text({"groups": [group_document(group, links)]})
        for group in groups()
    }


def file_of(group: Group) -> str:
    """A file for each group, called as it is."""
    return f"{group.name.removeprefix('mooring-')}.yaml"
