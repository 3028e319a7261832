"""``supplychain words``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import answer, output_options, usage_error

if TYPE_CHECKING:
    from supplychain.report.tables import Format


@click.command()
@click.argument("terms", nargs=-1, metavar="[TERM]...")
@output_options
def words(
    terms: tuple[str, ...],
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """What the words of tables and pages mean, in one sentence each; all without TERM.

    \b
    supplychain words h100e
    supplychain words "fill rate" hhi
    """
    from supplychain.report.answers.words import words_document
    from supplychain.report.words import WORDS, find_word

    found = [find_word(term) for term in terms]
    if unknown := [term for term, word in zip(terms, found, strict=True) if word is None]:
        raise usage_error(f"no word '{unknown[0]}' is explained; supplychain words lists all")
    asked = [word for word in found if word] or list(WORDS.values())
    answer(words_document(asked), form, out, no_color, quiet)
