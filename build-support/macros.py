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


def model_bento(name, lock="//3rdparty/python:product-lock"):
    """Package the champion of the model `name` as a Bento: `:bento`, `dist/models.<name>/bento.tar`.

    One line in the BUILD file of a model that is released; `mooring promote` writes it. There is no
    Bento of a model without a champion, and so no target that could fail for want of one.

    `:champion` is the released bundle, fetched by its id where `release.json` has a URL: that is
    the one step that may use a network. `:bento-files` is the Bento as a folder, for the image.
    """
    file(name="release", source="release.json")
    # What lies in folders, bundles beside the release above all. Written as "all but", because a
    # pattern that matches nothing is an error, and a champion behind a URL has no such folder.
    files(name="bundles", sources=["**/*", "!*.*", "!BUILD", "!blessings/**"])
    adhoc_tool(
        name="champion",
        runnable="src/python/mooring/delivery/bento/__main__.py",
        args=["champion", f"--release=models/{name}/release.json", "--into=champion"],
        execution_dependencies=[":release", ":bundles"],
        workdir="/",
        output_directories=["champion"],
        # How botocore finds a store, its region and its credentials.
        extra_env_vars=[
            "AWS_ACCESS_KEY_ID",
            "AWS_CA_BUNDLE",
            "AWS_CONFIG_FILE",
            "AWS_DEFAULT_REGION",
            "AWS_EC2_METADATA_DISABLED",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_PROFILE",
            "AWS_REGION",
            "AWS_ROLE_ARN",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_SHARED_CREDENTIALS_FILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
        ],
    )
    # What `service.py` imports of ours, and nothing else.
    pex_binary(
        name="bento-sources",
        entry_point="service.py",
        include_requirements=False,
        layout="loose",
    )
    adhoc_tool(
        name="bento-files",
        runnable="src/python/mooring/delivery/bento/__main__.py",
        args=[
            "build",
            f"--sources=models.{name}/bento-sources.pex",
            "--champion=champion",
            "--lock=3rdparty/python/product.lock",
            "--into=bento",
        ],
        execution_dependencies=[":bento-sources", ":champion", lock],
        workdir="/",
        output_directories=["bento"],
    )
    # `bentoml import` wants bento.yaml at the root of the archive.
    relocated_files(name="bento-root", files_targets=[":bento-files"], src="bento", dest="")
    archive(name="bento", format="tar", files=[":bento-root"])
