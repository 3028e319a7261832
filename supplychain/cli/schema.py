"""``supplychain schema``: the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

import json

import click

from supplychain.cli.common import echo

KINDS = (
    "commodity",
    "organization",
    "buyer",
    "model",
    "parameters",
    "history",
    "scenario",
    "sources",
)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
def schema(kind: str) -> None:
    """Print the JSON Schema (draft 2020-12) of one KIND of data file.

    Editors complete and check while you type if the first line of a file reads
    ``# yaml-language-server: $schema=organization.schema.json``.
    """
    from supplychain.loader import json_schema

    echo(f"{json.dumps(json_schema(kind), indent=2, ensure_ascii=False)}\n")
