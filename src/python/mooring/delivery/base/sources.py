"""Which of this machine's package sources are Debian's for one suite, in apt's own terms.

Everything else is left aside: other repositories may be unreachable, know one architecture only, or
offer packages of the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mooring.delivery.base.errors import AptUnusable

# In the lists of packages apt compares origins; see `PREFERENCES`.
_COMPONENT = "main"

# What a stanza says about this machine's wishes, not about the source.
_NOT_TAKEN = ("architectures", "components", "enabled", "suites", "types")

_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>.+)")

# Only what Debian itself signed as Debian is a candidate.
PREFERENCES = """\
Package: *
Pin: release o=Debian
Pin-Priority: 500

Package: *
Pin: release a=*
Pin-Priority: -1
"""

Stanza = Mapping[str, str]


def sources_for(suite: str, files: Iterable[Path]) -> str:
    """The stanzas of `files` (`.sources` and `.list`) that offer `suite`, its updates or its
    security, for every architecture. Raises AptUnusable when there is none.
    """
    suites = (suite, f"{suite}-updates", f"{suite}-security")
    stanzas = [stanza for path in files for stanza in _stanzas(path)]
    taken = [text for stanza in stanzas if (text := _taken(stanza, suites))]
    if not taken:
        raise AptUnusable(
            f"apt knows no source for Debian {suite}",
            place="sources.list",
            cure="Name a .sources file with --sources, or pull the base from a registry: --from.",
        )
    return "\n".join(taken)


def _stanzas(path: Path) -> Iterator[Stanza]:
    text = path.read_text(errors="replace")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if path.suffix == ".sources":
        return map(_deb822, re.split(r"\n\s*\n", "\n".join(lines)))
    matches = (_ONE_LINE.fullmatch(line.split("#")[0].strip()) for line in lines)
    return (_one_line(match) for match in matches if match)


def _deb822(text: str) -> Stanza:
    """Fields by lower-case name; lines that continue one, such as a key, stay in its value."""
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line[:1].isspace():
            fields[name] += f"\n{line}"
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _one_line(match: re.Match[str]) -> Stanza:
    suite, *components = match["rest"].split()
    stanza = {"types": "deb", "uris": match["uri"], "suites": suite}
    stanza["components"] = " ".join(components)
    options = dict(o.split("=", 1) for o in (match["options"] or "").split() if "=" in o)
    signed = options.get("signed-by")
    return {**stanza, "signed-by": signed} if signed else stanza


def _taken(stanza: Stanza, suites: Iterable[str]) -> str:
    """The stanza with nothing but the suites, or nothing."""
    offered = stanza.get("suites", "").split()
    wanted = [suite for suite in suites if suite in offered]
    fits = (
        wanted
        and "deb" in stanza.get("types", "").split()
        and stanza.get("enabled", "yes").lower() not in ("no", "false")
        and _COMPONENT in stanza.get("components", "").split()
    )
    if not fits:
        return ""
    fields = {name: value for name, value in stanza.items() if name not in _NOT_TAKEN}
    fields |= {"types": "deb", "suites": " ".join(wanted), "components": _COMPONENT}
    return "".join(f"{name.title()}: {value}\n" for name, value in sorted(fields.items()))
