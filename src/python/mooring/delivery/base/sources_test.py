from __future__ import annotations

from pathlib import Path

import pytest

from mooring.delivery.base.errors import AptUnusable
from mooring.delivery.base.sources import sources_for

DEB822 = """\
# Debian's own
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Architectures: amd64
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""

ONE_LINE = """\
# deb http://mirror.example/old bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian.gpg] http://mirror.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main contrib # updates
deb http://other.example/ nodistro main
"""

OTHERS = """\
Types: deb
URIs: http://other.example/
Suites: nodistro
Components: main

Types: deb
URIs: http://docker.example/linux/debian
Suites: bookworm
Components: stable

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
Components: main
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_stanzas_are_taken_for_every_architecture_and_with_their_keys(tmp_path: Path) -> None:
    assert sources_for("bookworm", [written(tmp_path, "debian.sources", DEB822)]) == (
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian.gpg\n"
        "Suites: bookworm bookworm-updates\n"
        "Types: deb\n"
        "Uris: http://mirror.example/debian\n"
        "\n"
        "Components: main\n"
        "Signed-By: \n"
        " -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
        " .\n"
        " mQINBF\n"
        " -----END PGP PUBLIC KEY BLOCK-----\n"
        "Suites: bookworm-security\n"
        "Types: deb\n"
        "Uris: http://mirror.example/security\n"
    )


def test_single_lines_become_stanzas(tmp_path: Path) -> None:
    assert sources_for("bookworm", [written(tmp_path, "sources.list", ONE_LINE)]) == (
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian.gpg\n"
        "Suites: bookworm\n"
        "Types: deb\n"
        "Uris: http://mirror.example/debian\n"
        "\n"
        "Components: main\n"
        "Suites: bookworm-updates\n"
        "Types: deb\n"
        "Uris: http://mirror.example/debian\n"
    )


def test_other_repositories_are_left_aside(tmp_path: Path) -> None:
    others = written(tmp_path, "others.sources", OTHERS)
    debian = written(tmp_path, "debian.sources", DEB822)

    assert sources_for("bookworm", [others, debian]) == sources_for("bookworm", [debian])


def test_without_a_source_of_the_suite_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AptUnusable, match=r"no source for Debian bookworm\. .*--sources.*--from"):
        sources_for("bookworm", [written(tmp_path, "others.sources", OTHERS)])
