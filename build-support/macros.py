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


def tests_in_batches():
    """Run this package's tests, and those of the folders below, several files to a process.

    A process that imports pytest and the libraries takes two seconds and a half, which is more than
    most files of tests take. Not for models: a batch is one entry of the cache, and a change to one
    model re-runs no other's tests. Nor where tests start whole stacks, which are seldom run again.
    """
    __defaults__(
        {(python_test, python_tests): {"batch_compatibility_tag": str(build_file_dir())}},
        extend=True,
    )


def command(name, entry_point):
    """Package the sources behind `entry_point` as the command that the root script executes.

    Without the libraries: those are the whole lock, installed once per lock by that script. After
    a one-line edit this takes two seconds, where a PEX with its libraries took twenty and wrote
    700 MB. Loose, so that the script can take the files as they are.
    """
    pex_binary(name=name, entry_point=entry_point, include_requirements=False, layout="loose")


# What is built from source and bundle without a Docker engine; docs/build.md draws the steps.
IMAGE = "src/python/mooring/delivery/image"
PLATFORMS = ("linux/amd64", "linux/arm64")
NEVER_SERVED = (
    # The C API of the library that Python's own module already holds: 35 MB.
    "onnxruntime/capi/libonnxruntime.so.*",
    # Tools for making and shrinking models.
    *("onnxruntime/quantization", "onnxruntime/tools", "onnxruntime/transformers"),
    # Compilers of extension modules.
    "numpy/distutils",
)
# Another of them, which scipy loads: it takes every name that numpy has.
NEVER_SERVED_WITHOUT_SCIPY = (*NEVER_SERVED, "numpy/f2py")
# The root is read-only; what is written goes where the one tmpfs is.
IN_A_CONTAINER = (
    "MOORING_HOME=/tmp/mooring",
    "BENTOML_HOME=/tmp/mooring/bentoml",
    "BENTOML_DO_NOT_TRACK=true",
    "HOME=/tmp",
    "PYTHONDONTWRITEBYTECODE=1",
    "PYTHONUNBUFFERED=1",
)


def _image_step(name, arguments, needs, environ=(), **more):
    """Run one step of an image's build as a process of its own: what has not changed stays."""
    into = f"{build_file_dir()}/{name}"
    adhoc_tool(
        name=name,
        runnable=IMAGE,
        execution_dependencies=needs,
        # Constant sets are written into byte code in the order of their hashes.
        extra_env_vars=["PYTHONHASHSEED=0", *environ],
        workdir="/",
        args=[*arguments, f"--into={into}"],
        output_directories=[into],
        **more,
    )


def image_base(name, lock):
    """Take the base that `lock` names out of the cache, verified: an OCI layout.

    The one step that looks outside the build: Pants cannot see what git ignores.
    """
    file(name=f"{name}-lock", source=lock)
    arguments = ["base", f"--lock={build_file_dir()}/{lock}"]
    _image_step(name, arguments, [f":{name}-lock"], ["HOME", "MOORING_CACHE"])


def image_libraries(name, lock, without=()):
    """Install what `lock` names as the third-party layer, one for each platform.

    `without` names paths below site-packages that no request reads, each with its reason beside it.
    """
    arguments = [
        *("libraries", f"--lock=3rdparty/python/{lock}.lock", "--at=opt/mooring/libraries"),
        *(f"--platform={platform}" for platform in PLATFORMS),
        *(f"--without={path}" for path in without),
    ]
    # Where the package index is; `./pants` takes it from pip's configuration.
    index = ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "SSL_CERT_FILE", "HTTPS_PROXY"]
    _image_step(
        name,
        arguments,
        [f"3rdparty/python:{lock}-lock"],
        index,
        runnable_dependencies=["build-support:uv"],
    )


def image_code(name, entry_point):
    """Put the sources behind `entry_point`, and what they import of ours, into a layer."""
    sources = f"{name}-sources"
    pex_binary(name=sources, entry_point=entry_point, include_requirements=False, layout="loose")
    packaged = str(build_file_dir()).replace("/", ".")
    arguments = [
        *("files", f"--tree={packaged}/{sources}.pex", "--at=opt/mooring/code", "--title=code"),
        # What makes it a PEX.
        *(f"--without={each}" for each in (".bootstrap", "__pex__", "__main__.py", "PEX-INFO")),
    ]
    _image_step(name, arguments, [f":{sources}"])


def image(name, layers, entrypoint, env=(), ports=()):
    """Assemble layers, bottom to top, on the base: `:<name>`, an OCI archive for every platform."""
    file = f"{name}-file"
    arguments = [
        *("image", "--base=deploy/base", f"--name={build_file_dir().name}"),
        *(f"--layers={each.lstrip('/').replace(':', '/')}" for each in layers),
        *(f"--entrypoint={each}" for each in entrypoint),
        *(f"--env={each}" for each in env),
        *(f"--port={each}" for each in ports),
    ]
    _image_step(file, arguments, ["deploy:base", *layers])
    oci_archive(name=name, files=[f":{file}"])


def service_image(entry_point, libraries, command, env=(), ports=()):
    """Package a service of ours as `:image`: base, libraries, code."""
    image_code("image-code", entry_point)
    image(
        name="image",
        layers=[f"deploy:{libraries}-libraries", f"{build_file_dir()}:image-code"],
        entrypoint=command,
        env=[*IN_A_CONTAINER, "PYTHONPATH=/opt/mooring/code:/opt/mooring/libraries", *env],
        ports=ports,
    )


# The program behind a Bento's steps: a Python with its libraries, and the source that it runs.
BENTO = "src/python/mooring/delivery/bento"
# How botocore finds a store, its region and its credentials. There is no home in a sandbox: files
# below ~/.aws are named, or not seen.
TO_REACH_A_STORE = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"),
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED"),
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION"),
    *("AWS_CA_BUNDLE", "HTTPS_PROXY", "NO_PROXY"),
)


def _bento_step(name, arguments, needs, environ=(), **more):
    """Run one step of a Bento's build, in the sandbox's root."""
    program = f"{BENTO}/__main__.py"
    adhoc_tool(
        name=name,
        runnable=f"{BENTO}:libraries",
        args=[program, *arguments],
        execution_dependencies=[program, *needs],
        # The libraries' PEX is run as what it is: an interpreter that also finds our sources.
        extra_env_vars=["PEX_INTERPRETER=1", "PEX_EXTRA_SYS_PATH=src/python", *environ],
        workdir="/",
        **more,
    )


def released_model(libraries="service"):
    """Package a model that has a champion: `:bento`, and `:image` around it.

    `mooring promote` writes this line when a model gets its first champion, and keeps `libraries`
    to what the champion's runtime needs. A model without champion does not have it: there is
    nothing to package of it, and no target that would fail for want of it.
    """
    model_bento(lock=libraries)
    model_image(libraries=libraries)


def model_bento(lock="service"):
    """Package the champion as a Bento: `:bento`, `dist/models.<name>/bento.tar`.

    `:champion` is the released bundle, fetched by its id where `release.json` has a URL: that is
    the one step that may use a network. `:bento-files` is the Bento as a folder, for the image.
    """
    folder = build_file_dir()
    # The release, and the bundles beside it. Written as "all but", because a pattern that matches
    # nothing is an error of Pants' own: a champion behind a URL has no folder beside its release,
    # and of a model that has no release yet the step below says what to do.
    files(name="release", sources=["*", "!*.py", "!*.csv", "!*.parquet", "!BUILD"])
    files(name="bundles", sources=["**/*", "!*.*", "!BUILD", "!blessings/**"])
    _bento_step(
        "champion",
        ["champion", f"--release={folder}/release.json", "--into=champion"],
        [":release", ":bundles"],
        TO_REACH_A_STORE,
        output_directories=["champion"],
    )
    # What `service.py` imports of ours, and what a container starts it with.
    pex_binary(
        name="bento-sources",
        entry_point="service.py",
        dependencies=["src/python/mooring/serving/__main__.py"],
        include_requirements=False,
        layout="loose",
    )
    _bento_step(
        "bento-files",
        [
            *("build", f"--sources={str(folder).replace('/', '.')}/bento-sources.pex"),
            *("--champion=champion", f"--lock=3rdparty/python/{lock}.lock", "--into=bento"),
        ],
        [":bento-sources", ":champion", f"3rdparty/python:{lock}-lock"],
        output_directories=["bento"],
    )
    _bento_step(
        "bento-archive",
        ["archive", "--bento=bento", "--into=bento.tar"],
        [":bento-files"],
        output_files=["bento.tar"],
    )
    oci_archive(name="bento", files=[":bento-archive"])


def model_image(libraries="service"):
    """Package a model's service as `:image`: base, libraries, code, its Bento with the champion.

    The image holds the whole Bento. What serves every model alike lies in the code layer, which
    models share; a new release changes one layer of this one image.
    """
    folder = "opt/mooring/bento"
    packaged = str(build_file_dir()).replace("/", ".")
    _image_step(
        "image-code",
        [
            *("files", f"--tree={packaged}/bento-sources.pex", f"--at={folder}/src"),
            *("--only=mooring", "--title=code"),
        ],
        [":bento-sources"],
    )
    _image_step(
        "image-bento",
        [
            *("files", "--tree=bento", f"--at={folder}", "--title=bento"),
            "--without=src/mooring",
        ],
        [":bento-files"],
    )
    image(
        name="image",
        layers=[
            f"deploy:{libraries}-libraries",
            *(f"{build_file_dir()}:image-{layer}" for layer in ("code", "bento")),
        ],
        entrypoint=[
            *("python3.11", "-m", "mooring.serving", f"/{folder}"),
            # A container has a network of its own.
            *("--host", "0.0.0.0", "--port", "3000"),  # noqa: S104
        ],
        env=[*IN_A_CONTAINER, f"PYTHONPATH=/{folder}/src:/opt/mooring/libraries"],
        ports=["3000"],
    )
