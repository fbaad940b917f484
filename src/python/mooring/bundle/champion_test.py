from __future__ import annotations

from pathlib import Path

import pytest

from mooring.bundle.champion import CHAMPION, Champion, champion_files, read_champion
from mooring.bundle.errors import ReleaseError
from mooring.bundle.manifest import MANIFEST, PROVENANCE
from mooring.bundle.open import Bundle, open_bundle


@pytest.fixture
def champion(bundle: Bundle) -> Champion:
    return Champion(
        model="ferry_delay", version=3, bundle=bundle.id, promoted_at="2013-04-01T00:00:00+00:00"
    )


def test_what_was_written_is_read_and_opened(
    bundle: Bundle, champion: Champion, tmp_path: Path
) -> None:
    folder = tmp_path / CHAMPION
    for name, content in champion_files(champion, bundle).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    shipped = read_champion(folder)
    assert shipped is not None
    assert shipped.champion == champion
    assert open_bundle(shipped.path, expect=bundle.id).files == bundle.files


def test_the_bundle_goes_by_its_id_and_without_its_provenance(
    bundle: Bundle, champion: Champion
) -> None:
    files = champion_files(champion, bundle)
    assert f"{bundle.id[:16]}/{MANIFEST}" in files
    assert not [name for name in files if name.endswith(PROVENANCE)]


def test_no_folder_is_no_champion(tmp_path: Path) -> None:
    assert read_champion(tmp_path / CHAMPION) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b'{"format":2}', id="another format"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "champion.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"champion\.json: it is not what .* writes"):
        read_champion(tmp_path)
