"""``supplychain words``."""

from __future__ import annotations

import click

from supplychain.cli.common import Output, output_options, usage_error


@click.command()
@click.argument("terms", nargs=-1, metavar="[TERM]...")
@output_options
def words(
    terms: tuple[str, ...],
    output: Output,
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
    output.answer(words_document(asked))
