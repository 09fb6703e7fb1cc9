"""docs/api.md from signatures and docstrings."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable
from types import ModuleType

from clerestory import errors, locators, settings, types
from clerestory.ingesting import inventory, report
from clerestory.library import Library
from clerestory.settings import ROOMS, Settings

HEAD = """# Python API

Made from the code by `scripts/make_docs.py`; the suite checks that it is current. All
values are frozen dataclasses. Boxes are `(x0, y0, x1, y1)` in 0..1 from the top left;
pages and slides count from 1; times are seconds; character positions are code points.
"""


def page() -> str:
    parts = [HEAD, "## Library", paragraphs(Library.__doc__)]
    for name, member in inspect.getmembers(Library):
        if not name.startswith("_") and callable(member):
            parts += function(f"Library.{name}", member)
    parts += ["## What adding tells", *values(report), "## What a library holds", *values(inventory)]
    parts += ["## Words", paragraphs(types.__doc__), *values(types)]
    parts += ["## Places", paragraphs(locators.__doc__)]
    for name in ("to_fragment", "parse_fragment", "describe", "place"):
        parts += function(name, getattr(locators, name))
    parts += ["## Settings", paragraphs(settings.__doc__), *setting_tables()]
    parts += ["## Errors", paragraphs(errors.__doc__.partition("\n\n")[0]), *error_list()]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def values(module: ModuleType) -> list[str]:
    parts = []
    for name, kind in vars(module).items():
        if isinstance(kind, type) and kind.__module__ == module.__name__:
            if dataclasses.is_dataclass(kind):
                fields = "\n".join(f"    {line}" for line in field_lines(kind))
                parts += [f"### {name}", paragraphs(kind.__doc__), code(f"class {name}:\n{fields}")]
            elif issubclass(kind, tuple):
                fields = "\n".join(f"    {field}: float" for field in kind._fields)
                parts += [f"### {name}", paragraphs(kind.__doc__), code(f"class {name}:\n{fields}")]
    return parts


def field_lines(kind: type) -> list[str]:
    """Fields as they stand in the source, with their remarks."""
    lines = inspect.getsource(kind).splitlines()
    tree = ast.parse(inspect.cleandoc("\n".join(lines)))
    body = tree.body[0].body
    return [lines[statement.lineno - 1].strip() for statement in body if isinstance(statement, ast.AnnAssign)]


def function(name: str, member: Callable[..., object]) -> list[str]:
    """The signature as it stands in the source, and the docstring."""
    source = textwrap.dedent(inspect.getsource(member))
    definition = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    arguments = ast.unparse(definition.args)
    for own in ("self", "cls"):
        arguments = arguments.removeprefix(own).removeprefix(", ")
    returns = f" -> {ast.unparse(definition.returns)}" if definition.returns else ""
    text = wrapped(f"{name}({arguments}){returns}").replace("Path_", "str | Path")
    text = re.sub(r"(?<=[\w\]])=(?=\S)", " = ", text.replace("'", '"'))
    return [f"### {name}", code(text), paragraphs(member.__doc__)]


def wrapped(text: str, *, width: int = 90) -> str:
    """A long signature with one argument a line."""
    if len(text) <= width:
        return text
    head, _, rest = text.partition("(")
    inside, _, tail = rest.rpartition(") ->")
    parts, depth, current = [], 0, ""
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    lines = "".join(f"    {part},\n" for part in [*parts, current.strip()] if part)
    return f"{head}(\n{lines}) ->{tail}"


def setting_tables() -> list[str]:
    parts = []
    for room in ROOMS:
        kind = type(getattr(Settings(), room))
        rows = [
            f"### [{room}]",
            paragraphs(kind.__doc__) if not kind.__doc__.startswith(kind.__name__) else "",
        ]
        table = ["| setting | default | |", "|---|---|---|"]
        for line in field_lines(kind):
            declared, _, remark = line.partition("#")
            name, _, value = declared.partition("=")
            table.append(
                f"| `{room}.{name.partition(':')[0].strip()}` | `{value.strip()}` | {remark.strip()} |"
            )
        parts += [*rows, "\n".join(table)]
    return parts


def error_list() -> list[str]:
    tree = code(errors.__doc__.partition("\n\n")[2].strip())
    parts = [tree]
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.ClerestoryError):
            parts += [f"### {name}", paragraphs(kind.__doc__)]
    return parts


def paragraphs(docstring: str | None) -> str:
    """A docstring as Markdown: double backquotes become single ones, sections become bold."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    return re.sub(r"^(Raises|Returns|Yields|Args|Example):$", r"**\1**\n", text, flags=re.M)


def code(text: str) -> str:
    return f"```text\n{text}\n```"
