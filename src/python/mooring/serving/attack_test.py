"""What an attack by the document of the service's own API finds is the document, which is
BentoML's: the answers are as docs/serving.md says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.bundle.open import Bundle
from mooring.serving.testing.attack import FOUND_IN_ITS_DOCUMENT, attack
from mooring.serving.testing.process import Service, serving


@pytest.fixture(scope="module")
def service(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, MOORING_BUNDLE=str(bundle.path)) as running:
        assert running.first_readiness()[0] == 200, running.output.read_text()
        yield running


def test_all_that_is_found_is_in_the_document(service: Service, tmp_path: Path) -> None:
    findings = attack(service, tmp_path, examples=50)
    assert (findings.found, findings.errors) == (FOUND_IN_ITS_DOCUMENT, [])
    assert findings.cases >= 100
    assert service.request("GET", "/readyz")[0] == 200
