"""`mooring images`: what is shipped, and what it stands on."""

from __future__ import annotations

import typer

from mooring.cli import base_image, publishing

app = typer.Typer(no_args_is_help=True, help="Images: their base, what is in them, where they go.")
for verb in (*base_image.VERBS, *publishing.VERBS):
    app.command()(verb)
