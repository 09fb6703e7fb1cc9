"""Make the reference pages of docs/ again from the code.

python scripts/make_docs.py            write docs/cli.md, docs/api.md and the table of docs/dependencies.md
python scripts/make_docs.py --check    write nothing; exit 1 when a page is not current
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from reference import api, commands, dependencies

DOCS = Path(__file__).parents[1] / "docs"
TABLE = re.compile(r"(?<=<!-- made by scripts/make_docs.py -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """Path -> what it should hold. Sizes and versions of packages depend on the machine: not compared."""
    return {DOCS / "cli.md": commands.page(), DOCS / "api.md": api.page()}


def stale() -> list[Path]:
    return [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def write() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    path = DOCS / "dependencies.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(TABLE.sub(lambda _: dependencies.table(), text), encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv:
        old = stale()
        print("\n".join(f"not current: {path}" for path in old) or "all current")
        sys.exit(bool(old))
    write()
