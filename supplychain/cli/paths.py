"""The type of options and arguments that name a file or a folder."""

from __future__ import annotations

import os
from pathlib import Path

import click


class PathName(click.Path):
    """As click's, but a name that no file can have is wrong usage, not a failure of ours."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path.

        Raises:
            click.BadParameter: There is a NUL in it.
        """
        try:
            return super().convert(value, param, ctx)
        except ValueError:
            shown = str(value).encode("unicode_escape", "replace").decode("ascii")
            self.fail(f"no file can have the name '{shown}'", param, ctx)
