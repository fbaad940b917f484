"""The commands that Pants runs, on the libraries of `bento.lock`; see `model_bento` in
`build-support/macros.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.contract.errors import MooringError
from mooring.delivery.bento.archive import archive_bento
from mooring.delivery.bento.build import build_bento
from mooring.delivery.bento.recipe import Recipe
from mooring.delivery.bundles.ship import ship_champion


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; errors are told in one line."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(f"{options.run(options)}\n")
    except MooringError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _champion(options: argparse.Namespace) -> str:
    with TemporaryDirectory() as cache:
        champion = ship_champion(options.release, options.into, Path(cache))
    return f"{champion.model} version {champion.version}: bundle {champion.bundle[:16]}"


def _bento(options: argparse.Namespace) -> str:
    return build_bento(Recipe(options.sources, options.champion, options.lock), options.into)


def _archive(options: argparse.Namespace) -> str:
    archive_bento(options.bento, options.into)
    return str(options.into)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mooring.delivery.bento")
    verbs = parser.add_subparsers(required=True)
    champion = verbs.add_parser("champion", help="ship the champion of a release")
    champion.add_argument("--release", type=Path, required=True, help="models/<name>/release.json")
    champion.set_defaults(run=_champion)
    bento = verbs.add_parser("build", help="build the Bento of a champion")
    bento.add_argument("--sources", type=Path, required=True, help="a loose PEX of the service")
    bento.add_argument("--champion", type=Path, required=True, help="what `champion` wrote")
    bento.add_argument("--lock", type=Path, required=True, help="the service's requirements")
    bento.set_defaults(run=_bento)
    archive = verbs.add_parser("archive", help="put a Bento into one file")
    archive.add_argument("--bento", type=Path, required=True, help="what `build` wrote")
    archive.set_defaults(run=_archive)
    for verb in (champion, bento, archive):
        verb.add_argument("--into", type=Path, required=True, help="what to write, a new place")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
