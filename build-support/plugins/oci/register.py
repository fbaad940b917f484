"""`oci_archive`: what a step of the build wrote, as something that `./pants package` delivers.

The one rule that this repository adds to Pants, and the least there can be: it hands a file on.
Pants' own `archive` runs `tar` over the files of a layout, and large files of a sandbox are hard
links into Pants' store; when another process gets or drops a link meanwhile, `tar` sees the file's
change time move and fails with "file changed as we read it" (docs/decisions/0027).
"""

from dataclasses import dataclass

from pants.core.goals.package import (
    BuiltPackage,
    BuiltPackageArtifact,
    OutputPathField,
    PackageFieldSet,
)
from pants.core.target_types import FileSourceField
from pants.engine.addresses import UnparsedAddressInputs
from pants.engine.fs import CreateDigest, Digest, DigestEntries, FileEntry
from pants.engine.internals.selectors import Get
from pants.engine.rules import collect_rules, rule
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    HydratedSources,
    HydrateSourcesRequest,
    SourcesField,
    SpecialCasedDependencies,
    Target,
    Targets,
)
from pants.engine.unions import UnionRule


class ArchiveFileField(SpecialCasedDependencies):
    alias = "files"
    required = True
    help = "The one step that writes the archive."


class OciArchive(Target):
    alias = "oci_archive"
    core_fields = (*COMMON_TARGET_FIELDS, ArchiveFileField, OutputPathField)
    help = "An image as an OCI archive, written by a step of the build and handed on as it is."


@dataclass(frozen=True)
class OciArchiveFieldSet(PackageFieldSet):
    required_fields = (ArchiveFileField,)

    files: ArchiveFileField
    output_path: OutputPathField


@rule
async def package_oci_archive(field_set: OciArchiveFieldSet) -> BuiltPackage:
    targets = await Get(
        Targets, UnparsedAddressInputs, field_set.files.to_unparsed_address_inputs()
    )
    sources = await Get(
        HydratedSources,
        HydrateSourcesRequest(
            targets.expect_single().get(SourcesField),
            for_sources_types=(FileSourceField,),
            enable_codegen=True,
        ),
    )
    (entry,) = await Get(DigestEntries, Digest, sources.snapshot.digest)
    path = field_set.output_path.value_or_default(file_ending="tar")
    digest = await Get(Digest, CreateDigest([FileEntry(path, entry.file_digest)]))
    return BuiltPackage(digest, (BuiltPackageArtifact(path),))


def rules():
    return [*collect_rules(), UnionRule(PackageFieldSet, OciArchiveFieldSet)]


def target_types():
    return [OciArchive]
