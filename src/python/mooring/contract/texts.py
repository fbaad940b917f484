"""Strings as they travel: the length of each, and all their bytes behind each other.

Making a string and looking it up takes Python some 200 ns. Those that are only counted are never
made: up to seven bytes and their number fit into one integer, which numpy sorts in 10 ns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

# The highest byte of a key is the length, so a string of more bytes has none of its own.
LONGEST_KEYED = 7
# What stands for all of these; no integer of Python, beside which numpy would compare as floats.
LONG_KEYS = np.uint64((LONGEST_KEYED + 1) << 56)

Keys = NDArray[np.uint64]

_MASKS: Keys = np.array([(1 << 8 * n) - 1 for n in range(8)] + [0], dtype=np.uint64)
_TAGS: Keys = np.array([n << 56 for n in range(9)], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Texts:
    """Strings in UTF-8: `lengths` in bytes, shape (n,), which add up to the size of `utf8`."""

    lengths: NDArray[np.uint32]
    utf8: bytes

    def strings(self) -> list[str]:
        """All of them. Raises UnicodeDecodeError."""
        edges = list(accumulate(self.lengths.tolist(), initial=0))
        if not self.utf8.isascii():
            return [self.utf8[a:b].decode() for a, b in pairwise(edges)]
        # One decoding for all, where each character is a byte: a quarter less.
        held = self.utf8.decode()
        return [held[a:b] for a, b in pairwise(edges)]

    def keys(self) -> Keys:
        """A number for each, shape (n,): that of `key_of`, or LONG_KEYS for more than 7 bytes."""
        eight, kinds = self._eight_bytes_each()
        keys: Keys = eight & _MASKS.take(kinds, mode="clip") | _TAGS.take(kinds, mode="clip")
        return keys

    def _eight_bytes_each(self) -> tuple[Keys, NDArray[np.uint32]]:
        """The eight bytes from each string's first on, read where they lie, and its length; one
        length for all where they are equal, as those of codes are.
        """
        padded, some = self.utf8 + bytes(8), self.lengths[:1]
        if (self.lengths == some).all():
            step = int(some.sum())
            return np.ndarray(len(self.lengths), "<u8", padded, strides=(step,)), some
        starts = np.cumsum(self.lengths, dtype=np.intp) - self.lengths
        return np.ndarray(len(self.utf8) + 1, "<u8", padded, strides=(1,))[starts], self.lengths

    def long(self) -> Iterator[bytes]:
        """Those of more than seven bytes, which no key tells apart."""
        places = np.flatnonzero(self.lengths > LONGEST_KEYED)
        if not len(places):
            return
        ends = np.cumsum(self.lengths, dtype=np.intp)[places]
        starts = ends - self.lengths[places]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield self.utf8[start:end]


def texts_of(strings: Iterable[str]) -> Texts:
    """Strings as they travel."""
    encoded = [string.encode() for string in strings]
    lengths = np.array([len(each) for each in encoded], dtype="<u4")
    return Texts(lengths, b"".join(encoded))


def key_of(text: bytes) -> int:
    """A number that no other string of up to seven bytes has. Takes no longer ones."""
    assert len(text) <= LONGEST_KEYED  # noqa: S101, callers divide by length
    return len(text) << 56 | int.from_bytes(text, "little")
