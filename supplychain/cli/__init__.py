"""The command line: parse, call, print. Each command's module is imported when it is called."""

from __future__ import annotations

import importlib
import keyword
import sys
from collections.abc import Sequence
from typing import Any

import click

from supplychain import __version__
from supplychain.cli.caching import no_cache_option
from supplychain.cli.errors import follow, say_bug, show
from supplychain.cli.streams import OutputError, guard
from supplychain.interrupts import catch

COMMANDS = {
    "chokepoints": "Single points of failure, exactly, with the need that fails.",
    "simulate": "Accelerators per quarter with and without a cut, and who loses.",
    "allocate": "Who gets the accelerators under different rules, side by side.",
    "report": "One self-contained page: findings, figures, tables and what they rest on.",
    "compare": "Two scenarios side by side, quarter by quarter.",
    "compute": "Usable training and serving compute: of a chip, of several, of fleets.",
    "backtest": "The model against published units, beside two naive forecasts.",
    "explain": "Where a node stands, what it needs, who needs it, and its sources.",
    "graph": "The dependency graph as a page, a picture or a graph file.",
    "firms": "Anybody's supplier table: single removals, systemic risk, stress tests.",
    "words": "What the words of tables and pages mean, in one sentence each.",
    "data": "What the data holds, what it rests on, how old that is.",
    "validate": "Check the data; all problems of all files at once.",
    "schema": "JSON Schema of each kind of data file, for editors.",
    "completion": "The script that teaches bash, zsh or fish to complete commands.",
    "import": "Other data sets as data folders; so far CSET's semiconductor supply chain.",
}

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count: 128 and the number of the signal."""


class _Commands(click.Group):
    """Finds a command by name and imports only its module."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """As click's, with errors in the style of the data's: the mistake, then where to look."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except OutputError as error:
            sys.stdout = None  # nothing is left to be written at exit
            if not error.unread:
                show(error)
            sys.exit(0 if error.unread else error.exit_code)
        except click.ClickException as error:
            show(error)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"supplychain.cli.{name}")
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from supplychain.model.finder import nearest

            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean '{near}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="supplychain")
@no_cache_option
def _group() -> None:
    """The AI accelerator supply chain, made calculable.

    From a sourced graph of who makes what, to accelerators per quarter and who gets them.
    Start with `supplychain chokepoints` or `supplychain simulate --hbm-cut 20%`.
    """


def main(args: Sequence[str] | None = None, prog_name: str = "supplychain") -> Any:
    """Run a command as a process and exit.

    0 done, 1 data errors or no standard output, 2 wrong usage, 3 a --fail-on holds, 128 and its
    number for a signal.
    """
    catch()
    guard()
    sys.excepthook = say_bug
    follow()
    return _group.main(args=args, prog_name=prog_name)
