"""Runs a notebook's code without a kernel, and gives the outputs a notebook stores."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

LARGEST = 200_000
"""Characters of a stored output; what is larger stands there as plain text only."""

Cell = dict[str, Any]


def read(path: Path) -> dict[str, Any]:
    """The notebook."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def run(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the outputs of its code cells, run from top to bottom.

    Raises:
        Exception: Whatever a cell raises.
    """
    names: dict[str, Any] = {}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            outputs = _outputs("".join(cell["source"]), names, count)
            cell = {**cell, "execution_count": count, "outputs": outputs}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _outputs(source: str, names: dict[str, Any], count: int) -> list[Cell]:
    """What the cell prints, and the value of its last expression."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(ast.Module(body, []), f"cell {count}", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {count}", "eval"), names)
    outputs: list[Cell] = []
    if said.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(said.getvalue())})
    if value is not None:
        outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": count,
                "metadata": {},
                "data": {kind: _lines(text) for kind, text in _forms(value).items()},
            }
        )
    return outputs


def _forms(value: Any) -> dict[str, str]:
    """Media type to text, as notebooks ask an object for it."""
    forms: dict[str, str] = {}
    if hasattr(value, "_repr_mimebundle_"):
        forms |= {k: v for k, v in value._repr_mimebundle_().items() if isinstance(v, str)}
    elif hasattr(value, "_repr_html_"):
        forms["text/html"] = value._repr_html_()
    forms = {kind: text for kind, text in forms.items() if len(text) <= LARGEST}
    if not forms:
        forms["text/plain"] = repr(value)
    return forms


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def write(path: Path, notebook: dict[str, Any]) -> None:
    """Store the notebook as Jupyter does."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
