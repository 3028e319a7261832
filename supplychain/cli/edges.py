"""What every command shares: options, loading the data, writing the answer."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplychain.cli.paths import PathName
from supplychain.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.model import Network
    from supplychain.report.tables import Document, Format
    from supplychain.shocks import Scenario

F = TypeVar("F", bound=Callable[..., Any])

ENDINGS: dict[str, Format] = {".csv": "csv", ".json": "json", ".md": "md", ".txt": "table"}


def read_quarter(ctx: click.Context, param: click.Parameter, value: str | None) -> Quarter | None:
    """Callback of options that take a quarter."""
    if value is None:
        return None
    try:
        return Quarter.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


def read_share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Callback of options that take a share above 0%."""
    if value is None:
        return None
    from supplychain.units import number

    try:
        share = number(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}", ctx, param) from error
    if not 0 < share <= 1:
        bare = 2 <= share <= 100 and "%" not in value
        cure = f"did you mean {value}%?" if bare else "write for example 40% or 0.4"
        raise click.BadParameter(
            f"'{value}' is not a share above 0% and up to 100%; {cure}", ctx, param
        )
    return share


def data_option(command: F) -> F:
    """``--data DIR``."""
    return click.option(
        "--data",
        type=PathName(),
        metavar="DIR",
        help="Data folder instead of the built-in one.",
    )(command)


def window_options(first: str, last: str) -> Callable[[F], F]:
    """``--from Q`` and ``--to Q``, with these defaults."""

    def options(command: F) -> F:
        for name, target, default in (("--to", "last", last), ("--from", "first", first)):
            command = click.option(
                name, target, callback=read_quarter, metavar="Q", default=default, show_default=True
            )(command)
        return command

    return options


def read_assumptions(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Callback of ``--assume FIGURE=VALUE``."""
    from supplychain.units import number

    assume = {}
    for text in values:
        name, equals, value = text.rpartition("=")
        try:
            if not equals or not name:
                raise ValueError("no figure is named")
            assume[name.strip()] = number(value.strip())
        except ValueError as error:
            message = f"'{text}' is not FIGURE=VALUE, like tsmc.cowos.2024Q4=40_000"
            raise click.BadParameter(message, ctx, param) from error
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
        ValueError: There is none; the message names the nearest, or all.
    """
    import difflib

    if name in network.scenarios:
        return network.scenarios[name]
    if name.endswith((".yaml", ".yml")) or "/" in name:
        from supplychain.loader import DataError, load_scenario

        try:
            return load_scenario(Path(name), network)
        except DataError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
    near = difflib.get_close_matches(name, network.scenarios, n=1)
    known = ", ".join(network.scenarios) or "none"
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {known}; or name a .yaml file"
    raise ValueError(f"no scenario is called '{name}'; {hint}")


def output_options(command: F) -> F:
    """``--format``, ``--out``, ``--no-color``, ``--quiet`` and ``--data``."""
    for option in (
        click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["table", "csv", "json", "md"]),
            help="Form of the answer; by default a table, or what the ending of --out says.",
        ),
        click.option(
            "-o",
            "--out",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to a file instead of the terminal.",
        ),
        click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same)."),
        click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error."),
    ):
        command = option(command)
    return data_option(command)


def load_network(data: Path | None) -> Network:
    """The data, or exit 1 with every problem it has."""
    from supplychain.loader import DataError, load

    try:
        return load(data)
    except DataError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def usage_error(message: str) -> click.UsageError:
    """An error that ends in exit code 2, with the usage line of the command."""
    return click.UsageError(message, ctx=click.get_current_context(silent=True))


def remark(text: str, quiet: bool = False) -> None:
    """One line for people, on standard error."""
    if not quiet:
        click.echo(text, err=True)


def answer(
    document: Document, form: Format | None, out: Path | None, no_color: bool, quiet: bool
) -> None:
    """Print the document, or write it to a file."""
    from supplychain.report.tables import render

    form = form or (ENDINGS.get(out.suffix.lower(), "table") if out else "table")
    if out is not None:
        write_file(out, render(document, form, width=100))
        remark(f"Wrote {out}", quiet)
        return
    width = shutil.get_terminal_size(fallback=(100, 24)).columns
    text = render(document, form, width=width, color=_colors(no_color) and form == "table")
    echo(text)


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


def check_target(path: Path) -> None:
    """Refuse a file that cannot be written, before the work that would be lost.

    Raises:
        click.UsageError: The path is a folder, or its folder does not exist.
    """
    if path.is_dir():
        raise usage_error(f"--out {path} is a folder; name a file in it")
    try:
        os.stat(f"{path.parent}/.")  # noqa: PTH116 (pathlib drops the dot, which asks for a folder)
    except OSError as error:
        raise usage_error(f"cannot write {path}: {error.strerror or error}") from error


def write_file(path: Path, text: str) -> None:
    """Write beside, then rename, so that a failure leaves nothing half-written.

    Raises:
        click.UsageError: The path cannot be written; the message says why.
    """
    check_target(path)
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="\n",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = file.name
            file.write(text)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise usage_error(f"cannot write {path}: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
