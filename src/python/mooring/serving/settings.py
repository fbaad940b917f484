"""Which bundle to serve: named by the environment, else the champion that a Bento holds, else the
champion of a checkout.

Variables that are read:

    MOORING_BUNDLE          directory of the bundle, or its URL
    MOORING_BUNDLE_ID       the full id it must have; not checked when left out, needed for a URL
    MOORING_MODEL_VERSION   the version it was released as; 0, the default, is unreleased
    MOORING_DRAIN_SECONDS   how long to keep serving after SIGTERM; 0.5 by default
    MOORING_WORKERS         how many processes serve; 1 by default
    MOORING_HOP_TOKEN       what a sender has to know, one or two of it; nobody is asked by default
    MOORING_HOP_TOKEN_FILE  the same in a file
    MOORING_ROOT            where to look for models/<name>/release.json when no bundle is named
                            and no Bento holds one; the working directory by default
    MOORING_HOME            what is fetched from a URL is kept below; .mooring in that directory
                            by default

`MOORING_SIGNATURE_POLICY` and its like say whose signature the bundle needs; see
`mooring.bundle.signature`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mooring.bundle.champion import CHAMPION, read_champion
from mooring.bundle.location import is_url
from mooring.bundle.release import read_release
from mooring.bundle.signature import OFF, SignaturePolicy, policy_from
from mooring.bundle.store import cache_in, resolve
from mooring.serving.drain import DRAIN_SECONDS
from mooring.serving.errors import InvalidSettings
from mooring.serving.hop_token import read_tokens
from mooring.serving.workers import worker_count


@dataclass(frozen=True)
class Settings:
    """What one service process serves: `expect` is the bundle id that was promised, `signature`
    whose signature the bundle needs, `drain` the seconds between SIGTERM and the end, `tokens` what
    senders have to know, `workers` how many processes there are.
    """

    model: str
    bundle: Path
    expect: str | None
    version: int
    signature: SignaturePolicy = OFF
    drain: float = DRAIN_SECONDS
    tokens: tuple[str, ...] = field(default=(), repr=False)
    workers: int = 1

    @property
    def environ(self) -> dict[str, str]:
        """The environment that `read_settings` reads as these settings, but for the tokens."""
        return {
            "MOORING_BUNDLE": str(self.bundle),
            "MOORING_BUNDLE_ID": self.expect or "",
            "MOORING_MODEL_VERSION": str(self.version),
            "MOORING_DRAIN_SECONDS": str(self.drain),
            "MOORING_WORKERS": str(self.workers),
            **self.signature.environ,
        }


def read_settings(
    model: str, environ: Mapping[str, str], cwd: Path, bento: Path | None = None
) -> Settings:
    """Settings of the service of `model`; a bundle behind a URL is fetched. `bento` is the folder
    of the sources where they came out of a Bento.

    Raises InvalidSettings, ReleaseError from a release, what `resolve` raises, or SigningUnusable
    for half a policy.

    >>> read_settings("m", {"MOORING_BUNDLE": "b", "MOORING_MODEL_VERSION": "3"}, Path("/")).version
    3
    """
    named = environ.get("MOORING_BUNDLE", "")
    signature, drain, tokens = policy_from(environ), _drain(environ), read_tokens(environ)
    workers = worker_count(environ)
    root = Path(environ.get("MOORING_ROOT") or cwd)
    cache = cache_in(root / (environ.get("MOORING_HOME") or ".mooring"))
    if not named:
        held = _held(model, bento) or _champion(model, root, cache)
        return replace(held, signature=signature, drain=drain, tokens=tokens, workers=workers)
    expect = environ.get("MOORING_BUNDLE_ID") or None
    bundle = _fetched(named, expect, cache) if is_url(named) else cwd / named
    return Settings(model, bundle, expect, _version(environ), signature, drain, tokens, workers)


def _fetched(url: str, expect: str | None, cache: Path) -> Path:
    if expect is None:
        raise InvalidSettings(
            "a bundle behind a URL needs the id it must have",
            place="MOORING_BUNDLE_ID",
            cure="Give the full id, as release.json has it.",
        )
    return resolve(url, beside=cache, cache=cache, expect=expect)


def _held(model: str, bento: Path | None) -> Settings | None:
    """What the Bento is there to serve, whatever checkout it is started in."""
    shipped = read_champion(bento / CHAMPION) if bento is not None else None
    if shipped is None:
        return None
    return Settings(model, shipped.path, shipped.champion.bundle, shipped.champion.version)


def _champion(model: str, root: Path, cache: Path) -> Settings:
    path = root / "models" / model / "release.json"
    champion = read_release(path, model=model).release.champion
    if champion is None:
        raise InvalidSettings(
            "no bundle is named and no champion is released",
            place=str(path),
            cure="Set MOORING_BUNDLE to a bundle directory, or promote a blessed bundle first.",
        )
    bundle = resolve(champion.location, beside=path.parent, cache=cache, expect=champion.bundle)
    return Settings(model, bundle, champion.bundle, champion.version)


def _version(environ: Mapping[str, str]) -> int:
    text = environ.get("MOORING_MODEL_VERSION", "") or "0"
    if not (text.isascii() and text.isdigit()):
        raise InvalidSettings(
            "it is not a whole number",
            place="MOORING_MODEL_VERSION",
            cure="Give the version of release.json, or leave it out for an unreleased bundle.",
        )
    return int(text)


def _drain(environ: Mapping[str, str]) -> float:
    text = environ.get("MOORING_DRAIN_SECONDS", "") or str(DRAIN_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise InvalidSettings(
            "it is not a number of seconds", place="MOORING_DRAIN_SECONDS", cure="Write 5, or 0.5."
        )
    return seconds
