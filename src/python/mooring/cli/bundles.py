"""`mooring bundle`: look at one bundle or two, prove one, vouch for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson

if TYPE_CHECKING:
    from mooring.bundle.difference import BundleDifference
    from mooring.bundle.open import Bundle
    from mooring.bundle.signature import SignaturePolicy
    from mooring.cli.console import Output

app = typer.Typer(no_args_is_help=True, help="Bundles: look, prove, sign, copy, clean up.")

Named = Annotated[
    str,
    typer.Argument(help="A folder, a URL, an id or its first 16 digits, or <model>@champion."),
]
Expect = Annotated[str | None, typer.Option("--id", help="The full id it must have.")]
PrivateKey = Annotated[Path, typer.Option("--key", help="Private key: EC, PEM, not encrypted.")]
PublicKey = Annotated[
    Path | None,
    typer.Option("--key", help="Public key that must have signed; default: the environment's."),
]


@app.command()
def show(
    context: typer.Context, bundle: Named, expect: Expect = None, json: AsJson = False
) -> None:
    """What a bundle is made of; every digest is checked, nothing is loaded."""
    with command(json) as out:
        from mooring.bundle.signature import is_signed
        from mooring.cli.naming import find_bundle

        opened = find_bundle(context.obj, bundle, expect)
        made = opened.manifest
        files = {name: entry.bytes for name, entry in made.files.items()}
        rows = [[name, str(entry.bytes), entry.sha256] for name, entry in made.files.items()]
        out.rows("Files", ["name", "bytes", "sha256"], rows)
        told = made.model_dump(mode="json", exclude={"files", "format"})
        # Whether, not whether rightly: that takes a policy.
        out.result({"id": made.id, **told, "files": files, "signed": is_signed(opened)})


@app.command()
def verify(
    context: typer.Context,
    bundle: Named,
    expect: Expect = None,
    key: PublicKey = None,
    json: AsJson = False,
) -> None:
    """Take every step a service takes before it is ready; exit status 1 when one refuses."""
    with command(json) as out:
        from mooring.bundle.load import load_model, replay
        from mooring.cli.naming import find_bundle

        policy = _policy(key)
        loaded = load_model(find_bundle(context.obj, bundle, expect), policy=policy)
        told = _verified(loaded.bundle, policy)
        out.result({**told, "runtime": loaded.runtime, "largest_difference": replay(loaded)})


@app.command()
def sign(
    context: typer.Context,
    bundle: Named,
    key: PrivateKey,
    expect: Expect = None,
    json: AsJson = False,
) -> None:
    """Vouch for a bundle: write model.sig into its folder, which changes no id."""
    with command(json) as out:
        from mooring.bundle.signature import sign_bundle
        from mooring.cli.naming import find_bundle

        opened = find_bundle(context.obj, bundle, expect)
        out.result({"bundle": opened.id, "signature": str(sign_bundle(opened, key))})


@app.command()
def diff(
    context: typer.Context,
    before: Named,
    after: Named,
    json: AsJson = False,
) -> None:
    """What tells two bundles apart: contract, data, code, libraries, metrics, files."""
    with command(json) as out:
        from mooring.bundle.difference import difference_of
        from mooring.cli.naming import find_bundle

        found = difference_of(*(find_bundle(context.obj, name) for name in (before, after)))
        out.json(found.to_document()) if json else _tell(out, found)


def _tell(out: Output, found: BundleDifference) -> None:
    """Tables of what differs; metrics are shown whole, to be compared."""
    header = ["what", found.before[:16], found.after[:16]]
    parts = {"Facts": found.facts, "Metrics": found.metrics, "Files": found.files}
    for title, facts in parts.items():
        shown = [f for f in facts if f.differs or title == "Metrics"]
        if shown and not found.same:
            out.rows(title, header, [[f.name, f.before, f.after] for f in shown])
    rows = [[change.path, change.what, change.verdict] for change in found.contract.changes]
    if rows:
        out.rows("Contract", ["where", "what", "verdict"], rows)
    out.say("the same bundle" if found.same else f"contract: {found.contract.verdict}")


def _policy(key: Path | None) -> SignaturePolicy:
    from mooring.bundle.signature import SignaturePolicy, policy_from

    return SignaturePolicy("key", key) if key else policy_from(os.environ)


def _verified(bundle: Bundle, policy: SignaturePolicy) -> dict[str, str]:
    signature = "not asked for" if policy.mode == "off" else f"by the {policy.mode} of the policy"
    return {"bundle": bundle.id, "model": bundle.manifest.model, "signature": signature}
