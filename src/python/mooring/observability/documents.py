"""How a generated file looks: it names the command that writes it, and its bytes are stable."""

from __future__ import annotations

from typing import Any

import yaml

WRITTEN_BY = "Written by `./mooring obs generate`: change what it is made from, not this file."


def yaml_text(document: Any) -> str:
    """A document as YAML, members in the order in which they were given.

    By a dumper, never by hand: templates are full of braces and quotes.
    """
    text = yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)
    return f"# {WRITTEN_BY}\n{text}"


class _Plain(yaml.SafeDumper):
    """What stands in two places is written twice: a reader looks up no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Lines stay lines."""
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Plain.add_representer(str, _text)
