"""A real S3 API that dies, refuses or hangs, and clients that are killed: each is told in one line,
and none leaves half a bundle.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from mooring.bundle.errors import (
    BundleError,
    StoreDenied,
    StoreMissing,
    StoreUnreachable,
)
from mooring.bundle.objects import Objects, Patience
from mooring.bundle.open import Bundle
from mooring.bundle.remote_store import RemoteStore
from mooring.bundle.testing.faults import absent, answering, hanging
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.testing.s3 import CREDENTIALS, S3Server, environment, s3_server

# Forked, so that a client need not import scikit-learn again before it can be killed.
processes = multiprocessing.get_context("fork")

KILLS = 12
IMPATIENT = Patience(connect_seconds=0.5, read_seconds=0.5, attempts=2)

# Measured: 2. The machine may be busy.
GIVEN_UP_SECONDS = 15

# Exit status of a client that was told that the store is gone.
TOLD = 7


def store_in(url: str, cache: Path) -> RemoteStore:
    return RemoteStore(Objects(f"{url}/models"), cache)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_an_uploader_killed_at_random_moments_leaves_no_torn_bundle(
    recipe: Recipe, store: Path, bucket: str, cache: Path
) -> None:
    draw = random.Random(7)
    large = recipe.with_files({"weights.bin": draw.randbytes(8 << 20)})
    seconds, cut_off = upload_seconds(large.with_facts(seed=99).write(store), bucket, cache), 0
    for number in range(KILLS):
        bundle = large.with_facts(seed=100 + number).write(store)
        began = processes.Event()
        client = processes.Process(target=upload, args=(bundle, bucket, cache, began))
        client.start()
        assert began.wait(60)
        client.join(draw.uniform(0, seconds))
        client.kill()
        client.join()
        for entry in store_in(bucket, cache).stored():
            cut_off += entry.torn
            assert entry.torn or store_in(bucket, cache).fetch(entry.name).id[:16] == entry.name
        store_in(bucket, cache).put(bundle)
        assert store_in(bucket, cache).fetch(bundle.id).files == bundle.files
        assert not any(entry.torn for entry in store_in(bucket, cache).stored())
    assert cut_off > 0, "no kill came inside an upload: this run shows nothing"


def test_a_server_killed_during_an_upload_is_told_in_one_line(
    recipe: Recipe, store: Path, cache: Path
) -> None:
    large = recipe.with_files({"weights.bin": random.Random(7).randbytes(16 << 20)}).write(store)
    with s3_server() as server, environment(server.environ):
        url = server.new_bucket()
        began = processes.Event()
        client = processes.Process(target=upload_or_say, args=(large, url, cache, began))
        client.start()
        assert began.wait(60)
        server.process.kill()
        client.join(60)
        assert client.exitcode == TOLD


@pytest.fixture
def strict_s3() -> Iterator[S3Server]:
    with s3_server() as server:
        server.new_bucket()
        server.check_credentials()
        yield server


def test_wrong_credentials_are_denied_and_never_printed(
    strict_s3: S3Server, bundle: Bundle, cache: Path
) -> None:
    uses: list[Callable[[RemoteStore], object]] = [
        lambda store: store.put(bundle),
        lambda store: store.fetch(bundle.id),
        lambda store: store.stored(),
    ]
    with environment(strict_s3.environ):
        for use in uses:
            with pytest.raises(
                StoreDenied, match=r"refuses access \(InvalidAccessKeyId"
            ) as refused:
                use(store_in("s3://bundles", cache))
            assert "AWS_ACCESS_KEY_ID" in refused.value.cure
            assert not [v for v in CREDENTIALS.values() if v in str(refused.value)]


def test_no_credentials_are_denied_too(s3: S3Server, bundle: Bundle, cache: Path) -> None:
    anonymous = environment({"AWS_ENDPOINT_URL": s3.endpoint, "AWS_DEFAULT_REGION": "us-east-1"})
    with anonymous, pytest.raises(StoreDenied, match="NoCredentialsError"):
        store_in("s3://bundles", cache).fetch(bundle.id)


def test_a_bucket_that_is_not_there_is_named(bucket: str, bundle: Bundle, cache: Path) -> None:
    absent_bucket = store_in("s3://another", cache)
    for use in (absent_bucket.put, lambda b: absent_bucket.fetch(b.id)):
        with pytest.raises(StoreMissing, match=r"s3://another/.*there is no such bucket"):
            use(bundle)
    with pytest.raises(StoreMissing):
        absent_bucket.stored()


def reaching(endpoint: str) -> AbstractContextManager[None]:
    return environment({**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(absent, id="an endpoint where nobody listens"),
        pytest.param(hanging, id="one that never answers"),
        pytest.param(lambda: answering(503), id="one that is overloaded"),
        pytest.param(lambda: answering(500), id="one that is broken"),
        pytest.param(lambda: answering(200), id="one that is no S3"),
    ],
)
def test_an_unusable_endpoint_is_given_up_on_in_seconds(
    bundle: Bundle, cache: Path, fault: Callable[[], AbstractContextManager[str]]
) -> None:
    with fault() as endpoint, reaching(endpoint):
        started = time.monotonic()
        with pytest.raises(BundleError) as refused:
            RemoteStore(Objects("s3://bucket", IMPATIENT), cache).fetch(bundle.id)
        assert time.monotonic() - started < GIVEN_UP_SECONDS
        assert refused.value.cure
        assert not cache.exists() or list(cache.iterdir()) == []


@pytest.mark.parametrize("endpoint", ["nonsense", "http://", "http://x y"])
def test_an_endpoint_that_is_no_url_is_said(bundle: Bundle, cache: Path, endpoint: str) -> None:
    with reaching(endpoint), pytest.raises(StoreUnreachable, match="AWS_ENDPOINT_URL"):
        store_in("s3://bucket", cache).fetch(bundle.id)


def upload_seconds(bundle: Bundle, url: str, cache: Path) -> float:
    """What an upload takes here and now, in a process of its own as the others."""
    began = processes.Event()
    client = processes.Process(target=upload, args=(bundle, url, cache, began))
    client.start()
    assert began.wait(60)
    started = time.monotonic()
    client.join(60)
    return time.monotonic() - started


def upload(bundle: Bundle, url: str, cache: Path, began: Event) -> None:
    target = store_in(url, cache)
    target.has(bundle.id)  # connections and imports are not what is to be killed
    began.set()
    target.put(bundle)


def upload_or_say(bundle: Bundle, url: str, cache: Path, began: Event) -> None:
    try:
        upload(bundle, url, cache, began)
    except StoreUnreachable:
        os._exit(TOLD)
