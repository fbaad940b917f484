"""What the night asks for reaches the property tests."""

from __future__ import annotations

from tests.repository.tracked import texts


def test_every_profile_of_hypothesis_takes_its_number_of_examples_from_the_night() -> None:
    profiles = {str(p): text for p, text in texts("conftest.py") if "register_profile" in text}
    assert profiles
    assert [path for path, text in profiles.items() if "MOORING_EXAMPLES" not in text] == []
