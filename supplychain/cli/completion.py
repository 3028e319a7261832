"""``supplychain completion``: the script that teaches a shell to complete commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click

from supplychain.cli.common import echo

if TYPE_CHECKING:
    from supplychain.model import Network

Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL: commands, options, scenarios, names of nodes.

    \b
    supplychain completion bash >> ~/.bashrc
    supplychain completion zsh >> ~/.zshrc
    supplychain completion fish > ~/.config/fish/completions/supplychain.fish
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    kind = get_completion_class(shell)
    assert kind is not None
    # The script calls the program by the name it is installed under.
    script = kind(root.command, {}, "supplychain", "_SUPPLYCHAIN_COMPLETE")
    echo(f"{script.source_template % script.source_vars()}\n")


def names(kinds: Callable[[Network], Iterable[str]]) -> Completer:
    """Completes ids that begin with what was typed; nothing from data that has errors."""

    def complete(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
        from supplychain.loader import DataError, load

        try:
            network = load(ctx.params.get("data"))
        except DataError:
            return []
        return sorted(id_ for id_ in set(kinds(network)) if id_.startswith(typed))

    return complete


scenarios = names(lambda network: ["baseline", *network.scenarios])
goods = names(lambda network: [*network.commodities, *network.groups])
nodes = names(lambda n: [*n.commodities, *n.groups, *n.organizations, *n.buyers, *n.models])
