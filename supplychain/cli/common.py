"""What every command shares: options, loading the data, writing the answer."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplychain.cli import writing
from supplychain.cli.caching import no_cache_option
from supplychain.cli.errors import Refused, say
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.model import Network, Scenario
    from supplychain.report.tables import Document, Format

F = TypeVar("F", bound=Callable[..., Any])

ENDINGS: dict[str, Format] = {".csv": "csv", ".json": "json", ".md": "md", ".txt": "table"}


def read_quarter(ctx: click.Context, param: click.Parameter, value: str | None) -> Quarter | None:
    """Callback of options that take a quarter."""
    if value is None:
        return None
    try:
        return Quarter.parse(value)
    except AskError as error:
        raise click.BadParameter(str(error), ctx, param) from error


def data_option(command: F) -> F:
    """``--data DIR`` and ``--no-cache``."""
    command = no_cache_option(command)
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Data folder instead of the built-in one.",
    )(command)


def window_options(first: str, last: str) -> Callable[[F], F]:
    """``--from Q`` and ``--to Q``; what is done without them is said in these words."""

    def options(command: F) -> F:
        for name, target, usual in (("--to", "last", last), ("--from", "first", first)):
            command = click.option(
                name, target, callback=read_quarter, metavar="Q", show_default=usual
            )(command)
        return command

    return options


def read_assumptions(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Callback of ``--assume FIGURE=VALUE``."""
    from supplychain.model.units import brief, number

    assume = {}
    for text in values:
        name, _, value = text.rpartition("=")
        if not name.strip():
            message = f"'{brief(text)}' is not FIGURE=VALUE, like tsmc.cowos.2024Q4=40_000"
            raise click.BadParameter(message, ctx, param)
        try:
            assume[name.strip()] = number(value.strip())
        except AskError as error:
            raise click.BadParameter(f"{brief(name.strip())}: {error}", ctx, param) from error
    return assume


def assume_option(command: F) -> F:
    """``--assume FIGURE=VALUE``."""
    return click.option(
        "--assume",
        multiple=True,
        callback=read_assumptions,
        metavar="FIGURE=VALUE",
        help="Replace a figure of the data, by the name that explain shows; repeatable.",
    )(command)


def fail_on_option(example: str) -> Callable[[F], F]:
    """``--fail-on EXPR``."""
    return click.option(
        "--fail-on",
        "conditions",
        multiple=True,
        metavar="EXPR",
        help=f"End with exit code 3 if this holds, such as '{example}'; repeatable.",
    )


def fail_on(held: list[str]) -> None:
    """End with exit code 3 where a condition holds, each named on standard error."""
    for text in held:
        remark(f"FAIL  {text}")
    if held:
        click.get_current_context().exit(3)


def find_scenario(network: Network, name: str) -> Scenario:
    """The scenario of the data with that id, or of that file, or exit 1 with its problems.

    Raises:
        AskError: There is none; the message names the nearest, or all.
    """
    from supplychain.model.finder import find_id, meanings, unknown

    if meanings(network, name, ["scenario"]):
        return network.scenarios[find_id(network, name, "scenario")]
    if name.endswith((".yaml", ".yml")) or "/" in name:
        from supplychain.loader import DataError, load_scenario

        try:
            return load_scenario(Path(name), network)
        except DataError as error:
            raise Refused(error) from error
    raise AskError(f"{unknown(network, name, ['scenario'])}; or name a .yaml file")


@dataclass(frozen=True, slots=True)
class Output:
    """Where the data comes from and where the answer goes.

    Attributes:
        form: Of the answer; ``None``: a table, or what the ending of ``out`` says.
        out: The file to write; ``None``: the terminal.
        quiet: No remarks on standard error.
        data: The data folder; ``None``: the built-in one.
    """

    form: Format | None = None
    out: Path | None = None
    no_color: bool = False
    quiet: bool = False
    data: Path | None = None

    @property
    def written(self) -> Format:
        """The form the answer will have."""
        ending = "" if self.out is None else self.out.suffix.lower()
        return self.form or ENDINGS.get(ending, "table")

    def load(self) -> Network:
        """The data, or exit 1 with every problem it has."""
        return load_network(self.data)

    def remark(self, text: str) -> None:
        """One line for people, on standard error."""
        remark(text, self.quiet)

    def answer(self, document: Document) -> None:
        """Print the document, or write it to a file."""
        from supplychain.report.tables import render

        form = self.written
        if self.out is not None:
            write_file(self.out, render(document, form, width=100))
            self.remark(f"Wrote {self.out}")
            return
        width = shutil.get_terminal_size(fallback=(100, 24)).columns
        color = _colors(self.no_color) and form == "table"
        terminal = sys.stdout.isatty()
        echo(render(document, form, width=width, color=color, terminal=terminal))


def check_target(path: Path) -> None:
    """Refuse a file that cannot be written, before the work that would be lost.

    Raises:
        click.UsageError: It is a folder or read-only, or its folder does not exist.
    """
    if os.path.isdir(path):  # noqa: PTH112 (says no where pathlib may raise)
        raise usage_error(f"--out {path} is a folder; name a file in it")
    if (reason := writing.why_not(path)) is not None:
        raise usage_error(f"cannot write {path}: {reason}")


def read_target(*endings: str, always: bool = False) -> Callable[..., Path | None]:
    """Callback of ``--out``: refuses what cannot be written, or whose ending says no form.

    Args:
        endings: Those that say a form.
        always: Whether nothing else says it: neither ``--format`` nor that there is one form only,
            for devices and pipes, whose names have no ending.
    """

    def read(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
        if path is None or ctx.resilient_parsing:
            return path
        check_target(path)
        said = not always and (ctx.params.get("form") or writing.is_stream(path))
        if path.suffix.lower() not in endings and not said:
            cure = "" if always or "form" not in ctx.params else ", or --format say the form"
            raise usage_error(f"--out {path}: the ending must be one of {', '.join(endings)}{cure}")
        return path

    return read


def output_options(command: F) -> F:
    """``--format``, ``--out``, ``--no-color``, ``--quiet`` and ``--data``, as one ``output``."""

    @wraps(command)
    def with_output(
        form: Format | None, out: Path | None, no_color: bool, quiet: bool, data: Path | None,
        **rest: Any,
    ) -> Any:  # fmt: skip
        return command(output=Output(form, out, no_color, quiet, data), **rest)

    wrapped: Any = with_output
    for option in (
        click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["table", "csv", "json", "md"]),
            is_eager=True,  # whether --out needs an ending
            help="Form of the answer; by default a table, or what the ending of --out says.",
        ),
        click.option(
            "-o",
            "--out",
            type=click.Path(path_type=Path),
            callback=read_target(*ENDINGS),
            metavar="FILE",
            help="Write to a file instead of the terminal.",
        ),
        click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same)."),
        click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error."),
    ):
        wrapped = option(wrapped)
    done: F = data_option(wrapped)
    return done


def load_network(data: Path | None) -> Network:
    """The data, or exit 1 with every problem it has."""
    from supplychain.loader import DataError, load

    try:
        return load(data)
    except DataError as error:
        raise Refused(error) from error


def usage_error(message: str) -> click.UsageError:
    """An error that ends in exit code 2, with the usage line of the command."""
    return click.UsageError(message, ctx=click.get_current_context(silent=True))


def remark(text: str, quiet: bool = False) -> None:
    """One line for people, on standard error."""
    if not quiet:
        say(text)


def echo(text: str) -> None:
    """Print to standard output as it is; plain characters where its encoding has no others."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(str.maketrans("−–—…·×≥≤→◆⚠", "---.*x><>*!"))
        text = plain.encode(encoding, errors="replace").decode(encoding)
    sys.stdout.write(text)
    sys.stdout.flush()


def _colors(no_color: bool) -> bool:
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def write_file(path: Path, text: str) -> int:
    """Write a file, whole or not at all; gives back the number of bytes.

    Raises:
        click.UsageError: The path cannot be written; the message says why.
    """
    check_target(path)
    try:
        return writing.write_file(path, text)
    except OSError as error:
        raise usage_error(f"cannot write {path}: {error.strerror or error}") from error
