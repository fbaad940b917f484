from __future__ import annotations

import json

import pytest

from mooring.bundle.manifest import SAMPLES
from mooring.bundle.open import Bundle
from mooring.bundle.write import entries_of, write_bundle
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.serving import unreleased
from mooring.cli.stack import Ports, start_stack
from mooring.cli.workspace import Workspace
from mooring.process.children import Processes
from mooring.process.errors import ProcessFailed
from mooring.process.ports import free_ports


def with_other_answers(bundle: Bundle, space: Workspace) -> Bundle:
    """A bundle in good order whose golden samples are not what its model answers."""
    samples = [json.loads(line) for line in bundle.files[SAMPLES].splitlines()]
    samples[3]["prediction"] = 1 - samples[3]["prediction"]
    lines = "".join(f"{json.dumps(sample)}\n" for sample in samples)
    files = {**bundle.files, SAMPLES: lines.encode()}
    manifest = bundle.manifest.model_copy(update={"files": entries_of(files)})
    return write_bundle(space.bundles, manifest, files, {})


def test_a_service_that_refuses_its_bundle_is_reported_with_its_reason(
    space: Workspace, model: Model
) -> None:
    wrong = with_other_answers(candidate_of(model, space), space)
    served = unreleased(model, space, wrong.id)

    with Processes(space.logs) as processes, pytest.raises(ProcessFailed) as caught:
        start_stack(processes, space, [served], Ports(*free_ports(3)), drain=0)

    assert "refuses to serve" in str(caught.value)
    assert "sample 4 is off by" in str(caught.value)
    assert [child.process.poll() for child in processes.children] == [0]
