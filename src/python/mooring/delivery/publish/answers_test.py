"""What skopeo 1.9.3 printed, each line taken from a run against a server that did just that."""

from __future__ import annotations

import pytest

from mooring.delivery.publish.answers import answer_of

WHERE = '\\"docker://registry.example:5000/m/g:h-1\\"'
READING = f"Error parsing image name {WHERE}: reading manifest h-1 in registry.example:5000/m/g:"
PINGING = f"Error parsing image name {WHERE}: pinging container registry registry.example:5000:"
BLOB = "copying image 1/2 from manifest list: trying to reuse blob sha256:500 at destination:"


def fatal(words: str) -> str:
    return f'time="2026-11-24T18:15:11Z" level=debug msg="…"\ntime="…" level=fatal msg="{words}"\n'


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (f"{READING} manifest unknown: manifest unknown", "missing"),
        (f"{READING} name unknown: repository name not known to registry", "missing"),
        (f"{READING} StatusCode: 404, oops", "missing"),
        (f"{READING} unauthorized: authentication required", "denied"),
        (f"{READING} denied: requested access to the resource is denied", "denied"),
        (f"{READING} StatusCode: 403, no", "denied"),
        (f"{PINGING} invalid status code from registry 403 (Forbidden)", "denied"),
        (f"{BLOB} unauthorized: authentication required", "denied"),
        (f"{BLOB} failed to read from destination repository m/g: 403 (Forbidden)", "denied"),
        (f"{PINGING} invalid status code from registry 404 (Not Found)", "refused"),
        (f"{PINGING} invalid status code from registry 400 (Bad Request)", "refused"),
        (f"{PINGING} http: server gave HTTP response to HTTPS client", "refused"),
        (f"{PINGING} x509: certificate signed by unknown authority", "refused"),
        (f"{PINGING} dial tcp: lookup registry.example: no such host", "refused"),
        ("writing blob: initiating layer upload to /v2/ in h: StatusCode: 404, oops", "refused"),
        ("something that nobody has seen yet", "refused"),
        (f"{PINGING} invalid status code from registry 500 (Internal Server Error)", "transient"),
        (f"{PINGING} invalid status code from registry 503 (Service Unavailable)", "transient"),
        (f"{READING} received unexpected HTTP status: 502 Bad Gateway", "transient"),
        (f"{READING} StatusCode: 429, oops", "transient"),
        (f"{READING} toomanyrequests: slow down", "transient"),
        (f"{BLOB} failed to read from destination repository m/g: 500 (Internal)", "transient"),
        (f"{PINGING} Get https://registry.example:5000/v2/: EOF", "transient"),
        ("Error parsing image name: unexpected EOF", "transient"),
        (f"{PINGING} dial tcp 127.0.0.1:1: connect: connection refused", "transient"),
        (f"{PINGING} read tcp 127.0.0.1:1: read: connection reset by peer", "transient"),
        (f"{PINGING} net/http: TLS handshake timeout", "transient"),
        (f"{PINGING} dial tcp 10.0.0.1:443: i/o timeout", "transient"),
        (f'{PINGING} transport connection broken: malformed HTTP response \\"lol\\"', "transient"),
        (
            "Uploading manifest list failed, attempted the following formats: "
            "application/vnd.oci.image.index.v1+json(uploading manifest h-1 to 127.0.0.1:4/m/g: "
            "errors:\\ndigest invalid\\nmanifest blob unknown: blob unknown to registry\\n)",
            "transient",
        ),
        (
            "Uploading manifest list failed, attempted the following formats: "
            "application/vnd.oci.image.index.v1+json(uploading manifest h-1 to 127.0.0.1:4/m/g: "
            "received unexpected HTTP status: 500 Internal Server Error)",
            "transient",
        ),
    ],
)
def test_words_mean(words: str, kind: str) -> None:
    assert answer_of(fatal(words)).kind == kind


def test_a_port_or_a_digest_that_looks_like_a_status_is_none() -> None:
    words = "writing blob to registry.example:503/m/500: manifest invalid: sha256:500"
    assert answer_of(fatal(words)).kind == "refused"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            'Get \\"https://sailor:anchorage@h/v2/\\": EOF',
            'Get "https://h/v2/": EOF',
            id="credentials before the host",
        ),
        pytest.param(
            'Put \\"https://h/v2/up?_state=s3cret&digest=sha256%3A1\\": EOF',
            'Put "https://h/v2/up": EOF',
            id="tokens after the path",
        ),
    ],
)
def test_no_secret_of_a_url_is_repeated(words: str, told: str) -> None:
    assert answer_of(fatal(words)).words == told


def test_a_page_of_html_is_cut() -> None:
    assert len(answer_of(fatal(f"StatusCode: 500, {'<html>' * 1_000}")).words) < 500


def test_without_a_last_word_the_last_line_counts() -> None:
    assert answer_of("Copying blob sha256:12\npanic: runtime error\n\n").words.startswith("panic")
    assert answer_of("").words == "it said nothing"
