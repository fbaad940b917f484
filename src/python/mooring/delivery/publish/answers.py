"""What skopeo's last words mean: it has one exit status for everything, and a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["missing", "denied", "refused", "transient"]

# Enough for the sentence; a registry behind a proxy may answer with a page of HTML.
_LONGEST = 400

_FATAL = re.compile(r'level=fatal msg="((?:[^"\\]|\\.)*)"')
# The four ways in which skopeo 1.9 tells an HTTP status.
_STATUS = re.compile(
    r"(?:status code from registry|HTTP status:|StatusCode:|repository \S+:) (\d{3})\b"
)
_URL_SECRETS = re.compile(r"(//)[^/@\s\"]+@|\?[^\s\"]*")

# Tried in this order, before the status: a registry's own word says more than the number.
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("missing", re.compile(r"manifest unknown|name unknown|name not known to registry")),
    ("denied", re.compile(r"unauthorized|authentication required|denied:|incorrect username")),
    ("transient", re.compile(r"toomanyrequests")),
    # What was sent is what it says; so another push of the same, or a garbage collection, is at it.
    ("transient", re.compile(r"blob unknown|digest invalid")),
    ("refused", re.compile(r"server gave HTTP response|x509:|no such host")),
    (
        "transient",
        re.compile(
            r"EOF|connection reset|broken pipe|connection refused|i/o timeout|timed out|"
            r"handshake timeout|deadline exceeded|(?:connection|server) closed|use of closed|"
            r"unreachable|malformed HTTP|transport connection broken|failure in name resolution"
        ),
    ),
)


@dataclass(frozen=True)
class Answer:
    """Why skopeo failed: `kind` decides what to do, `words` are for people and hold no secret."""

    kind: Kind
    words: str


def answer_of(log: str) -> Answer:
    """Read the end of what a failed skopeo printed."""
    words = _last_words(log)
    status = _STATUS.search(words)
    # A number is exact where there is one; without it the words have to do.
    kind = _by_words(words)
    if kind is None:
        kind = _by_status(int(status[1]), words) if status else "refused"
    return Answer(kind, _harmless(words))


def _by_words(words: str) -> Kind | None:
    return next((kind for kind, pattern in _WORDS if pattern.search(words)), None)


def _by_status(status: int, words: str) -> Kind:
    if status in (401, 403):
        return "denied"
    if status == 404 and "reading manifest" in words:
        return "missing"
    return "transient" if status in (408, 425, 429) or status >= 500 else "refused"


def _last_words(log: str) -> str:
    found = _FATAL.findall(log)
    if found:
        return str(found[-1]).replace('\\"', '"')
    lines = [line for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _harmless(words: str) -> str:
    """Without what a URL may carry: credentials before its host, tokens after its path."""
    told = _URL_SECRETS.sub(lambda found: found[1] or "", words)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
