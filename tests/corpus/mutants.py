"""Damaged requests, made of the corpus: the same for the same seed.

Half of them are damaged as HTTP, half only in their JSON."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from tests.corpus.cases import cases_in

# What parsers have been confused by.
_TOKENS = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b" ", b"\t", b"\x0b", b"\x7f", b"\xff", b":", b";",
    b",", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"-1", b"+1", b"0x10", b"1e3",
    b"99999999999999999999", b"Content-Length: 7\r\n", b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n",
    b"Connection: close\r\n", b"Connection: upgrade\r\n", b"Upgrade: h2c\r\n",
    b"Expect: 100-continue\r\n", b"Host: b\r\n", b"Content-Encoding: gzip\r\n",
    b"Content-Type: text/plain\r\n", b"Mooring-Key: a\r\n", b"X-Request-Deadline-Ms: -1\r\n",
    b"traceparent: 00-0-0-0\r\n", b"Authorization: Bearer \r\n",
    b"Inference-Header-Content-Length: 9\r\n", b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    b" HTTP/1.0\r\n", b"OPTIONS * HTTP/1.1\r\n", b"%00", b"%2e%2e", b"/../", b"/v1/models/",
    b"/v2/models/voyage_delay/infer", b":predict", b":feedback", b"/metadata", b"?", b"NaN",
    b"1e999", b"[" * 64, b'{"instances":', b'{"inputs":', b'"hour":7,', b"\\ud800", b"null",
)  # fmt: skip

_HEAD = (
    b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
_PATHS = (
    b"/v1/models/voyage_delay:predict",
    b"/v1/models/voyage_delay:feedback",
    b"/v2/models/voyage_delay/infer",
)

Change = Callable[[random.Random, bytearray], None]


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """So many requests, each a file of the corpus, or two, with a few changes."""
    chance = random.Random(seed)
    requests = [case.raw for case in cases_in("http") if len(case.raw) < 4_000]
    bodies = [case.raw for case in cases_in("json") if len(case.raw) < 2_000]
    for _ in range(count):
        if chance.random() < 0.5:
            yield _damaged(chance, requests)
        else:
            body = _damaged(chance, bodies)
            yield _HEAD % (chance.choice(_PATHS), len(body)) + body


def pieces(chance: random.Random, request: bytes) -> Sequence[bytes]:
    """The request as it may arrive: in one piece or in some."""
    cuts = sorted(chance.randrange(len(request) + 1) for _ in range(chance.choice((0, 0, 1, 3))))
    return [request[a:b] for a, b in zip([0, *cuts], [*cuts, len(request)], strict=True)]


def _damaged(chance: random.Random, whole: Sequence[bytes]) -> bytes:
    bytes_ = bytearray(chance.choice(whole))
    if chance.random() < 0.2:
        bytes_ += chance.choice(whole)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        chance.choice(_CHANGES)(chance, bytes_)
    return bytes(bytes_)


def _place(chance: random.Random, request: bytearray) -> int:
    return chance.randrange(len(request) + 1)


def _flip(chance: random.Random, request: bytearray) -> None:
    if request:
        request[chance.randrange(len(request))] ^= 1 << chance.randrange(8)


def _insert(chance: random.Random, request: bytearray) -> None:
    place = _place(chance, request)
    request[place:place] = chance.choice(_TOKENS)


def _replace(chance: random.Random, request: bytearray) -> None:
    place = _place(chance, request)
    request[place : place + chance.randrange(1, 20)] = chance.choice(_TOKENS)


def _remove(chance: random.Random, request: bytearray) -> None:
    place = _place(chance, request)
    del request[place : place + chance.randrange(1, 20)]


def _repeat(chance: random.Random, request: bytearray) -> None:
    place = _place(chance, request)
    part = request[place : place + chance.randrange(1, 60)]
    request[place:place] = part * chance.randrange(1, 8)


def _cut(chance: random.Random, request: bytearray) -> None:
    del request[_place(chance, request) :]


_CHANGES: Sequence[Change] = (_flip, _insert, _insert, _replace, _remove, _repeat, _cut)
