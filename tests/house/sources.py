"""The project's own files, as the rules look at them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("apps", "controltower", "odoo_sync", "demo", "benchmarks")
PRODUCT = ("apps", "controltower", "odoo_sync")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Every file of the checkout that is tracked or would be, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not _is_hidden(path)]
    return tuple(sorted(Path(name) for name in listed if (ROOT / name).is_file()))


def python(*places: str, migrations: bool = False) -> list[Path]:
    """Python files below these folders."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and path.parts[0] in places and (migrations or "migrations" not in path.parts)
    ]


def templates() -> list[Path]:
    return [path for path in files() if path.suffix == ".html" and path.parts[0] == "templates"]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(read(path))


def functions(module: ast.Module) -> Iterator[Function]:
    """Every function and method, inner ones too."""
    return (node for node in ast.walk(module) if isinstance(node, Function))


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)
