"""The vocabulary of this repository's BUILD files: loaded into each of them by `pants.toml`."""


def layer(may_import=()):
    """Let this package import itself, third-party code and `may_import`; deny everything else.

    Import direction is rebuild direction: an import that is denied here is an image that would
    have been rebuilt for nothing, or a training library that would have reached production.
    A path stands for the whole tree under it; name a file (`…/drift/bins.py`) to allow only that.
    Rules travel down to the folders below, so a package with sub-packages writes them once.

    Tests may import anything: they ship in no image, and some exist to join what layers part.
    Violations raise while dependencies resolve, so `check`, `test` and `dependencies` see them
    and `lint` does not.
    """
    __dependencies_rules__(
        (("<python_tests>", "<python_test_utils>"), "*"),
        ("*", "/**", "//3rdparty/python/**", *(f"//{path}/**" for path in may_import), "!*"),
    )


def command(name, entry_point):
    """Package the sources behind `entry_point` as the command that the root script executes.

    Without the libraries: those are the whole lock, installed once per lock by that script. After
    a one-line edit this takes two seconds, where a PEX with its libraries took twenty and wrote
    700 MB. Loose, so that the script can take the files as they are.
    """
    pex_binary(name=name, entry_point=entry_point, include_requirements=False, layout="loose")
