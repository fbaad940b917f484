"""One target of the build, as `pants peek` describes it, with the names that it goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal["test", "image", "bento"]

# Archives that are delivered, by the name that every target of their kind has.
PACKAGES: dict[str, Kind] = {"image": "image", "bento": "bento"}


@dataclass(frozen=True)
class Target:
    """Paths are relative to the root; `globs` are a generator's, relative to `folder`."""

    address: str
    type: str
    folder: str
    sources: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind | None:
        return kind_of(self.address, self.type)

    @property
    def name(self) -> str:
        """What an image or Bento is called: the last folder of its address."""
        return self.folder.rpartition("/")[2]

    def lies_in(self, folder: str) -> bool:
        return not folder or self.folder == folder or self.folder.startswith(f"{folder}/")

    def claims(self, path: str) -> bool:
        """Whether its globs took in a file that is there no longer."""
        return any(fnmatchcase(path, glob) for glob in self._patterns())

    def _patterns(self) -> Iterator[str]:
        for glob in self.globs:
            if not glob.startswith("!"):
                whole = f"{self.folder}/{glob}" if self.folder else glob
                yield whole.replace("**/", "*")


def kind_of(address: str, type_: str) -> Kind | None:
    """What a target is to a plan; None for most."""
    if type_ == "python_test":
        return "test"
    name = address.rpartition(":")[2]
    return PACKAGES.get(name) if type_ in ("archive", "oci_archive") else None
