"""``supplychain completion``: the script that teaches a shell to complete commands."""

from __future__ import annotations

import click

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
    click.echo(script.source_template % script.source_vars())
