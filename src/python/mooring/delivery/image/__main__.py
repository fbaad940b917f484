"""`python -m mooring.delivery.image`: the steps of an image's build, as Pants runs them.

Only the standard library: it runs in the build sandbox, and a new version of a library that the
product uses must not make every image anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mooring.contract.errors import MooringError
from mooring.delivery.base.locked import base_cache, locked_base
from mooring.delivery.image.assembly import assemble, read_base
from mooring.delivery.image.billing import BASE_LOCK, LIBRARIES, bill
from mooring.delivery.image.bytecode import with_bytecode
from mooring.delivery.image.layers import describe_layers
from mooring.delivery.image.libraries import Selection, install, library_entries
from mooring.delivery.oci.documents import Runtime
from mooring.delivery.oci.entries import entries_of, lies_in
from mooring.delivery.oci.layer import write_layer
from mooring.delivery.oci.layout import write_archive
from mooring.delivery.sbom.bill import FILE_NAME
from mooring.delivery.sbom.distributions import installed_distributions
from mooring.delivery.sbom.libraries import Libraries, describe_libraries


def main(arguments: Sequence[str]) -> int:
    """Run one step; a fault is one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.step(options)
    except MooringError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or 'output'}: {error.strerror}. Nothing was written.")
    return 0


def _failed(message: str) -> int:
    sys.stderr.write(f"image: {message}\n")
    return 1


def _libraries(options: argparse.Namespace) -> None:
    selection = Selection(frozenset(options.without))
    layers, found = [], {}
    for platform in options.platform:
        with tempfile.TemporaryDirectory(dir=".") as work:
            installed = Path(work, "installed")
            install(options.lock, platform, installed, Path(work))
            found[platform] = installed_distributions(installed)
            entries = library_entries(installed, options.at, selection)
            layers.append(write_layer(entries, options.into, title=LIBRARIES, platform=platform))
    describe_layers(options.into, layers)
    describe_libraries(options.into, Libraries(options.lock.read_text(), found))


def _files(options: argparse.Namespace) -> None:
    def keep(path: str) -> bool:
        inside = not options.only or lies_in(path, options.only)
        return inside and not lies_in(path, options.without)

    entries = with_bytecode(entries_of(options.tree, options.at, keep=keep))
    describe_layers(options.into, [write_layer(entries, options.into, title=options.title)])


def _base(options: argparse.Namespace) -> None:
    archive = locked_base(options.lock.read_text(), base_cache(os.environ))
    with tarfile.open(archive) as tar:
        tar.extractall(options.into, filter="data")
    shutil.copyfile(options.lock, options.into / BASE_LOCK)


def _image(options: argparse.Namespace) -> None:
    runtime = Runtime(
        entrypoint=tuple(options.entrypoint),
        env=dict(each.split("=", 1) for each in options.env),
        ports=tuple(options.port),
        folder=options.folder,
    )
    options.into.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=".") as work:
        layout, base = Path(work), read_base(options.base)
        digest = assemble(options.name, base, options.layers, runtime, layout)
        bill_of_it = bill(options.name, digest, options.base, options.layers)
        (layout / FILE_NAME).write_bytes(bill_of_it)
        write_archive(layout, options.into / "image.tar")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="image", description=__doc__)
    steps = parser.add_subparsers(required=True)

    libraries = steps.add_parser("libraries", help="a lock to a layer for each platform")
    libraries.add_argument("--lock", type=Path, required=True)
    libraries.add_argument("--platform", action="append", required=True)
    libraries.set_defaults(step=_libraries)

    files = steps.add_parser("files", help="a folder to a layer")
    files.add_argument("--tree", type=Path, required=True)
    files.add_argument("--title", required=True)
    files.add_argument("--only", action="append", default=[])
    files.set_defaults(step=_files)

    for each in (libraries, files):
        each.add_argument("--at", required=True)
        each.add_argument("--without", action="append", default=[])
        each.add_argument("--into", type=Path, required=True)

    base = steps.add_parser("base", help="the locked base, from the cache, to a layout")
    base.add_argument("--lock", type=Path, required=True)
    base.add_argument("--into", type=Path, required=True)
    base.set_defaults(step=_base)

    image = steps.add_parser("image", help="a base and layers to an OCI archive")
    image.add_argument("--name", required=True)
    image.add_argument("--base", type=Path, required=True)
    image.add_argument("--layers", type=Path, action="append", required=True)
    image.add_argument("--entrypoint", action="append", required=True)
    image.add_argument("--env", action="append", default=[])
    image.add_argument("--port", action="append", default=[])
    image.add_argument("--folder", default="/")
    image.add_argument("--into", type=Path, required=True)
    image.set_defaults(step=_image)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
