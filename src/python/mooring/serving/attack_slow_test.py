"""The same attack with twenty times as many generated requests; results in docs/gateway."""

from __future__ import annotations

from pathlib import Path

from mooring.bundle.open import Bundle
from mooring.serving.testing.attack import FOUND_IN_ITS_DOCUMENT, attack
from mooring.serving.testing.process import serving

# Of many bodies some pass the 4,096 bytes of the test's contract. To schemathesis, 413 is no
# refusal.
FOUND = {**FOUND_IN_ITS_DOCUMENT, "AcceptedNegativeData": ["POST /predict"]}


def test_many_requests_find_nothing_else(bundle: Bundle, tmp_path: Path) -> None:
    with serving(tmp_path, MOORING_BUNDLE=str(bundle.path)) as service:
        assert service.first_readiness()[0] == 200, service.output.read_text()
        findings = attack(service, tmp_path, examples=1_000)
    assert (findings.found, findings.errors) == (FOUND, [])
    assert findings.cases >= 1_000
