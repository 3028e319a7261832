"""``--no-cache``, before or after the name of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def no_cache_option(command: F) -> F:
    """``--no-cache``, of every command with data and of ``supplychain`` itself."""
    return click.option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        callback=_pass_cache_by,
        help="Read and compute everything anew, keep nothing (as SUPPLYCHAIN_CACHE=off does).",
    )(command)


def _pass_cache_by(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from supplychain.cache import pass_by

        ctx.with_resource(pass_by())
