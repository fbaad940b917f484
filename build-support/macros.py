"""The vocabulary of this repository's BUILD files: loaded into each of them by `pants.toml`."""


def layer(may_import=()):
    """Let this package import itself, third-party code and `may_import`; deny everything else.

    Import direction is rebuild direction: an import that is denied here is an image that would
    have been rebuilt for nothing, or a training library that would have reached production.
    A path stands for the whole tree under it; name a file (`…/drift/bins.py`) to allow only that.
    Rules travel down to the folders below, so a package with sub-packages writes them once.

    Tests may import anything: they ship in no image, and some exist to join what layers part. What
    is built from a package, such as its image, is no import either.
    Violations raise while dependencies resolve, so `check`, `test` and `dependencies` see them
    and `lint` does not.
    """
    __dependencies_rules__(
        (("<python_tests>", "<python_test_utils>", "<adhoc_tool>", "<archive>"), "*"),
        ("*", "/**", "//3rdparty/python/**", *(f"//{path}/**" for path in may_import), "!*"),
    )


def command(name, entry_point):
    """Package the sources behind `entry_point` as the command that the root script executes.

    Without the libraries: those are the whole lock, installed once per lock by that script. After
    a one-line edit this takes two seconds, where a PEX with its libraries took twenty and wrote
    700 MB. Loose, so that the script can take the files as they are.
    """
    pex_binary(name=name, entry_point=entry_point, include_requirements=False, layout="loose")

IMAGE = "src/python/mooring/delivery/image"
PLATFORMS = ("linux/amd64", "linux/arm64")


def image_libraries(name, lock, without=()):
    """Make the third-party layer, one for each platform, from a lock: `:<name>`.

    `without` names paths below site-packages that no request reads, each with its reason beside it.
    """
    adhoc_tool(
        name=name,
        runnable=IMAGE,
        runnable_dependencies=["build-support:uv"],
        execution_dependencies=["3rdparty/python:image-locks"],
        # Where the package index is; `./pants` takes it from pip's configuration.
        extra_env_vars=[
            *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "SSL_CERT_FILE"),
            *("HTTPS_PROXY", "NO_PROXY", "PYTHONHASHSEED=0"),
        ],
        workdir="/",
        args=[
            "libraries",
            f"--lock=3rdparty/python/{lock}.lock",
            *(f"--platform={platform}" for platform in PLATFORMS),
            *(f"--without={path}" for path in without),
            "--at=opt/mooring/libraries",
            f"--into={name}",
        ],
        output_directories=[name],
    )
