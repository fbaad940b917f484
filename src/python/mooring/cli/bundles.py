"""`mooring bundle`: look at one bundle, prove it, vouch for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command

if TYPE_CHECKING:
    from mooring.bundle.open import Bundle
    from mooring.bundle.signature import SignaturePolicy

app = typer.Typer(no_args_is_help=True, help="Show, verify or sign one bundle.")

Folder = Annotated[Path, typer.Argument(help="The bundle's folder.")]
Expect = Annotated[str | None, typer.Option("--id", help="The full id it must have.")]
PrivateKey = Annotated[Path, typer.Option("--key", help="Private key: EC, PEM, not encrypted.")]
PublicKey = Annotated[
    Path | None,
    typer.Option("--key", help="Public key that must have signed; default: the environment's."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]


@app.command()
def show(bundle: Folder, expect: Expect = None, json: AsJson = False) -> None:
    """What a bundle is made of; every digest is checked, nothing is loaded."""
    with command(json) as out:
        from mooring.bundle.open import open_bundle
        from mooring.bundle.signature import is_signed

        opened = open_bundle(bundle, expect=expect)
        made = opened.manifest
        files = {name: entry.bytes for name, entry in made.files.items()}
        rows = [[name, str(entry.bytes), entry.sha256] for name, entry in made.files.items()]
        out.rows("Files", ["name", "bytes", "sha256"], rows)
        told = made.model_dump(mode="json", exclude={"files", "format"})
        # Whether, not whether rightly: that takes a policy.
        out.result({"id": made.id, **told, "files": files, "signed": is_signed(opened)})


@app.command()
def verify(
    bundle: Folder, expect: Expect = None, key: PublicKey = None, json: AsJson = False
) -> None:
    """Take every step a service takes before it is ready; exit status 1 when one refuses."""
    with command(json) as out:
        from mooring.bundle.load import load_model, replay
        from mooring.bundle.open import open_bundle

        policy = _policy(key)
        loaded = load_model(open_bundle(bundle, expect=expect), policy=policy)
        told = _verified(loaded.bundle, policy)
        out.result({**told, "runtime": loaded.runtime, "largest_difference": replay(loaded)})


@app.command()
def sign(bundle: Folder, key: PrivateKey, expect: Expect = None, json: AsJson = False) -> None:
    """Vouch for a bundle: write model.sig into its folder, which changes no id."""
    with command(json) as out:
        from mooring.bundle.open import open_bundle
        from mooring.bundle.signature import sign_bundle

        opened = open_bundle(bundle, expect=expect)
        out.result({"bundle": opened.id, "signature": str(sign_bundle(opened, key))})


def _policy(key: Path | None) -> SignaturePolicy:
    from mooring.bundle.signature import SignaturePolicy, policy_from

    return SignaturePolicy("key", key) if key else policy_from(os.environ)


def _verified(bundle: Bundle, policy: SignaturePolicy) -> dict[str, str]:
    signature = "not asked for" if policy.mode == "off" else f"by the {policy.mode} of the policy"
    return {"bundle": bundle.id, "model": bundle.manifest.model, "signature": signature}
