from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest

from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.layer import write_layer
from mooring.delivery.sbom.distributions import (
    Distribution,
    distribution_of,
    installed_distributions,
    layer_distributions,
)

HEAD = "Metadata-Version: 2.4\nName: Some_Library\nVersion: 1.0\n"


@pytest.mark.parametrize(
    "fields, licence, spdx",
    [
        pytest.param("", "", False, id="nothing is said"),
        pytest.param(
            "License-Expression: MIT OR Apache-2.0\n", "MIT OR Apache-2.0", True, id="SPDX"
        ),
        pytest.param(
            "License: BSD\nLicense-Expression: BSD-3-Clause\n", "BSD-3-Clause", True, id="both"
        ),
        pytest.param("License: BSD 3-Clause\n", "BSD 3-Clause", False, id="the field of old"),
        pytest.param("License: UNKNOWN\n", "", False, id="the field of old without a name"),
        pytest.param(
            "License: Copyright (c) 2020\n        All rights reserved.\n"
            "Classifier: License :: OSI Approved :: BSD License\n",
            "BSD License",
            False,
            id="a whole text where a name belongs",
        ),
        pytest.param(
            "Classifier: License :: OSI Approved\n"
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: Apache Software License\n"
            "Classifier: Programming Language :: Python\n",
            "Apache Software License, MIT License",
            False,
            id="classifiers",
        ),
    ],
)
def test_the_licence_is_what_metadata_says(fields: str, licence: str, spdx: bool) -> None:
    found = distribution_of(f"{HEAD}{fields}\nLicense: in the description\n")

    assert found == Distribution("Some_Library", "1.0", licence, spdx)


def test_what_is_installed_here_is_found_as_importlib_finds_it() -> None:
    folders = [Path(entry) for entry in sys.path if Path(entry).is_dir()]
    ours = {(d.name, d.version) for folder in folders for d in installed_distributions(folder)}
    theirs = {
        (d.metadata["Name"], d.version)
        for d in importlib.metadata.distributions()
        if (d.locate_file("") / f"{d._path.name}/METADATA").is_file()  # type: ignore[attr-defined]
    }

    assert len(theirs) > 20
    assert ours == theirs


def test_a_layer_tells_what_was_put_into_it(tmp_path: Path) -> None:
    folder = "opt/mooring/libraries"
    entries = [
        Entry(f"{folder}/some_library-1.0.dist-info/METADATA", content=HEAD.encode()),
        Entry(f"{folder}/some_library-1.0.dist-info/licenses/METADATA", content=b"none"),
        Entry(f"{folder}/some_library/METADATA", content=b"none"),
        Entry(f"{folder}/some_library/_vendor/other-1.0.dist-info/METADATA", content=b"none"),
    ]
    layer = write_layer(entries, tmp_path, title="libraries")

    assert layer_distributions(tmp_path / blob_path(layer.digest), folder) == (
        Distribution("Some_Library", "1.0"),
    )
