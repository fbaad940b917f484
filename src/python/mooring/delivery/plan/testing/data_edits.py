"""Edits of data, releases and documents."""

from __future__ import annotations

import json

from mooring.delivery.plan.testing.layout import SHOP
from mooring.delivery.plan.testing.site import Edit, Site


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


# How often each is drawn.
WEIGHTS: dict[Edit, int] = {
    **dict.fromkeys((release,), 6),
    **dict.fromkeys(
        (
            document,
            data,
            resource,
        ),
        4,
    ),
    **dict.fromkeys(
        (
            new_data,
            moved_data,
            deleted_data,
        ),
        3,
    ),
    **dict.fromkeys(
        (
            document_with_space,
            new_document,
            deleted_document,
        ),
        2,
    ),
}
