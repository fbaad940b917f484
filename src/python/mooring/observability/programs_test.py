from __future__ import annotations

from pathlib import Path

import pytest

from mooring.observability.programs import Program, ProgramMissing


def test_a_program_is_found_under_any_of_its_names() -> None:
    shell = Program(("no-such-shell", "sh"), "dash")

    assert Path(shell.path).name == "sh"


def test_a_program_that_is_missing_says_which_package_brings_it() -> None:
    with pytest.raises(ProgramMissing) as missing:
        _ = Program(("no-such-program",), "such-a-package").path

    assert missing.value.place == "no-such-program"
    assert "Debian's package such-a-package" in str(missing.value.cure)
