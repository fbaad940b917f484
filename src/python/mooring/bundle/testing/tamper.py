"""Everything that somebody with access to a store can do to a bundle's folder, drawn by seed.

A variant is a name, how often it is drawn, and what it does to one file of a bundle; `other` is the
same file of another sound bundle.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from mooring.bundle.manifest import MANIFEST
from mooring.contract.canonical import canonical_json

Spoil = Callable[[Path, Path, random.Random], object]


@dataclass(frozen=True)
class Variant:
    """One way to spoil one file, with a generator of its own: the same in every run and order."""

    name: str
    file: str
    number: int
    spoil: Spoil

    def apply(self, bundle: Path, other: Path) -> None:
        """Do it to the bundle at `bundle`."""
        draw = random.Random(f"{self.name} {self.file} {self.number}")
        self.spoil(bundle / self.file, other / self.file, draw)

    def __str__(self) -> str:
        return f"{self.file} {self.name}, {self.number}"


def flip(path: Path, other: Path, draw: random.Random) -> None:
    """Change one bit somewhere."""
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def scatter(path: Path, other: Path, draw: random.Random) -> None:
    """Change one bit in each of several places."""
    content = bytearray(path.read_bytes())
    for at in draw.sample(range(len(content)), min(len(content), draw.randint(2, 40))):
        content[at] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def truncate(path: Path, other: Path, draw: random.Random) -> None:
    """Keep the beginning only."""
    os.truncate(path, draw.randrange(path.stat().st_size))


def append(path: Path, other: Path, draw: random.Random) -> None:
    """Add to the end."""
    with path.open("ab") as file:
        file.write(draw.randbytes(draw.randint(1, 64)))


def insert(path: Path, other: Path, draw: random.Random) -> None:
    """Add somewhere inside."""
    content, at = path.read_bytes(), draw.randrange(path.stat().st_size)
    path.write_bytes(content[:at] + draw.randbytes(draw.randint(1, 64)) + content[at:])


def swap(path: Path, other: Path, draw: random.Random) -> None:
    """Exchange it with another file of the same bundle."""
    neighbours = sorted(p for p in path.parent.iterdir() if p != path and p.name != MANIFEST)
    neighbour = draw.choice(neighbours)
    aside = path.rename(path.with_name("aside"))
    neighbour.rename(path)
    aside.rename(neighbour)


def lend(path: Path, other: Path, draw: random.Random) -> None:
    """Take that of another bundle."""
    shutil.copyfile(other, path)


def rename(path: Path, other: Path, draw: random.Random) -> None:
    """Give it another name."""
    path.rename(
        path.with_name(draw.choice(["x" + path.name, path.name + ".bak", path.name.upper()]))
    )


def remove(path: Path, other: Path, draw: random.Random) -> None:
    """Take it away."""
    path.unlink()


def add(path: Path, other: Path, draw: random.Random) -> None:
    """Put another file or folder beside it."""
    stray = path.with_name(draw.choice(["more.txt", ".hidden", "model.onnx.data", "a b", "é.json"]))
    makers: list[Callable[[Path], object]] = [Path.touch, Path.mkdir, os.mkfifo]
    draw.choice(makers)(stray)


def grow(path: Path, other: Path, draw: random.Random) -> None:
    """Make it enormous without taking any disk."""
    os.truncate(path, 1 << draw.randint(31, 42))


def link(path: Path, other: Path, draw: random.Random) -> None:
    """Replace it by a symbolic link: to the very same content, to another bundle, to nothing."""
    aside = path.rename(path.parent.parent / f"aside-{path.name}")
    path.symlink_to(draw.choice([aside, other, Path("gone"), Path("/dev/zero")]))


def special(path: Path, other: Path, draw: random.Random) -> None:
    """Replace it by something that is no file: a pipe, a folder, a socket."""
    path.unlink()
    makers: list[Callable[[Path], object]] = [os.mkfifo, Path.mkdir, _listen]
    draw.choice(makers)(path)


def respell(path: Path, other: Path, draw: random.Random) -> None:
    """Write the same JSON in another spelling."""
    document = json.loads(path.read_bytes())
    items = list(document.items())
    draw.shuffle(items)
    indent, ends = draw.choice([None, 1, 2]), draw.choice(["\n", " ", "\n\n"])
    path.write_text(json.dumps(dict(items), indent=indent) + ends)


def restate(path: Path, other: Path, draw: random.Random) -> None:
    """Write canonically, but say something else: one digit of one digest or number."""
    document = json.loads(path.read_bytes())
    entry = draw.choice(list(document["files"].values()))
    change = draw.choice(["sha256", "bytes", "seed", "code"])
    if change == "bytes":
        entry["bytes"] += draw.choice([-1, 1])
    elif change == "seed":
        document["seed"] += 1
    else:
        holder = entry if change == "sha256" else document
        holder[change] = draw.choice("0123456789abcdef") * 64
    path.write_bytes(canonical_json(document))


# How often each is drawn for each file. Rare ones are few because they are few: a name, a kind.
_OF_ANY_FILE: dict[str, tuple[Spoil, int]] = {
    "with a bit flipped": (flip, 20),
    "with bits flipped all over": (scatter, 5),
    "truncated": (truncate, 6),
    "appended to": (append, 4),
    "with bytes inserted": (insert, 4),
    "exchanged with a neighbour": (swap, 3),
    "of another bundle": (lend, 1),
    "renamed": (rename, 3),
    "missing": (remove, 1),
    "with a stranger beside it": (add, 3),
    "grown beyond all measure": (grow, 3),
    "as a symbolic link": (link, 4),
    "as no file at all": (special, 3),
}
_OF_THE_MANIFEST: dict[str, tuple[Spoil, int]] = {
    "spelled otherwise": (respell, 10),
    "saying something else": (restate, 20),
}


def corpus(files: list[str]) -> Iterator[Variant]:
    """Every variant of every file of a bundle, the manifest among them."""
    for file in [*files, MANIFEST]:
        kinds = _OF_ANY_FILE | (_OF_THE_MANIFEST if file == MANIFEST else {})
        for name, (spoil, times) in kinds.items():
            yield from (Variant(name, file, number, spoil) for number in range(times))


def _listen(path: Path) -> None:
    # From within its folder: a socket's address holds 107 characters.
    with socket.socket(socket.AF_UNIX) as listener, chdir(path.parent):
        listener.bind(path.name)
