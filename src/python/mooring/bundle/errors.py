"""Why a bundle or a release is refused; each step of verified loading has an error of its own.

BundleError
├── BundleMissing           nothing there, or not a directory
├── BundleTooLarge          a file, the whole, or the number of files is over its cap
├── BundleTampered          content differs from the manifest, or the manifest from its id
├── BundleUnreadable        manifest or contract cannot be parsed
├── SignatureMissing        the policy asks for a signature and there is none
├── SignatureInvalid        by somebody else, of other files, or no signature at all
├── SigningUnusable         the policy, a key or the trust root cannot be used
├── FingerprintMismatch     written with libraries that this process cannot stand in for
├── UntrustedTypes          a skops file wants types that its list does not name
├── ModelUnloadable         the runtime refuses the model file
├── GoldenMismatch          the loaded model does not give the recorded answers
├── StoreError
│   ├── StoreUnknown        no folder, and no URL of a kind that can be reached
│   ├── StoreMissing        the bucket or container is not there
│   ├── StoreDenied         no credentials, wrong ones, or not allowed to
│   ├── StoreUnreachable    no answer in time, or nothing but errors
│   └── CacheUnwritable     what was fetched cannot be kept on this machine
└── ReleaseError            release.json: unreadable, changed meanwhile, or refused
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class BundleError(MooringError):
    """Root of the bundle package's errors."""


class BundleMissing(BundleError):
    """There is no bundle at the path."""


class BundleTooLarge(BundleError):
    """A size cap is exceeded; refused before anything is read."""


class BundleTampered(BundleError):
    """The directory is not what its manifest, or the manifest not what its id, says."""


class BundleUnreadable(BundleError):
    """The manifest or the contract cannot be parsed by this version."""


class SignatureMissing(BundleError):
    """The bundle is not signed, and the policy asks for it."""


class SignatureInvalid(BundleError):
    """The signature is not one of these files by whom the policy trusts."""


class SigningUnusable(BundleError):
    """Nothing can be signed or checked with this policy, key or trust root: no verdict."""


class FingerprintMismatch(BundleError):
    """The model file needs another version of its library."""


class UntrustedTypes(BundleError):
    """A skops file names types outside its trusted list."""


class ModelUnloadable(BundleError):
    """The runtime cannot load the model file."""


class GoldenMismatch(BundleError):
    """A golden sample is answered differently from what training recorded."""


class StoreError(BundleError):
    """A store of bundles cannot be used."""


class StoreUnknown(StoreError):
    """The location is neither a folder nor a URL that bundles can be kept at."""


class StoreMissing(StoreError):
    """The bucket of the store does not exist."""


class StoreDenied(StoreError):
    """The store refuses these credentials, or there are none."""


class StoreUnreachable(StoreError):
    """The store does not answer, or only with errors of its own."""


class CacheUnwritable(StoreError):
    """The folder for fetched bundles cannot be written, or its disk is full."""


class ReleaseError(BundleError):
    """`release.json` cannot be read or may not be changed this way."""
