"""Commands that show a place: ``show``, ``open`` and ``export``."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerestory.cli.command import FAILED, Where, command, json_option, password_option
from clerestory.cli.pictures import pictures_option

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library
    from clerestory.types import Citation, Reading

_TARGET = click.argument("target")


@command(
    "show",
    examples="""
    clerestory show 2
    clerestory show 2 --around 1 --pictures always
    clerestory show manuals/gauge.pdf --segments
    """,
)
@_TARGET
@click.option("--around", "count", type=click.IntRange(0, 50), default=0, help="Also this many neighbours.")
@click.option("--segments", is_flag=True, help="Of a file: list everything that was found in it.")
@pictures_option
@password_option
@json_option
@click.pass_obj
def show(
    where: Where,
    target: str,
    count: int,
    segments: bool,
    pictures: str,
    password: str | None,
    as_json: bool,
) -> None:
    """Show a hit, a place or a file.

    TARGET is a number of the last search or answer, an address as --json prints it
    (clerestory:…#page=12), a path, or the beginning of a digest.
    """
    from clerestory.cli.output import print_json
    from clerestory.types import Citation

    with where.open() as library:
        found = _named(where, library, target)
        if isinstance(found, Citation):
            if as_json:
                print_json(found)
            else:
                _show_place(library, found, count, pictures, password)
            return
        reading = library.reading(found.asset) if found.state != "failed" else None
        if as_json:
            listed = reading.segments if reading and segments else None
            print_json({"asset": found, "segments": listed} if listed is not None else found)
        else:
            _show_file(library, found, reading, every=segments)


def _named(where: Where, library: Library, target: str) -> AssetInfo | Citation:
    from clerestory.cli.places import named
    from clerestory.models.weights import default_cache

    return named(library, target, folder=where.folder, cache=default_cache())


def _show_place(
    library: Library, citation: Citation, count: int, pictures: str, password: str | None
) -> None:
    from rich.text import Text

    from clerestory.cli.hits import AMBER, print_picture, print_segment
    from clerestory.cli.output import console, flat, where_words
    from clerestory.cli.pictures import drawn, way_here
    from clerestory.cli.places import around
    from clerestory.errors import ClerestoryError
    from clerestory.locators import to_fragment

    to = console()
    hit = citation.hit
    to.print(Text(where_words(hit, citation.locator), style=AMBER), soft_wrap=True)
    to.print(Text(to_fragment(hit.asset, citation.locator), style="dim"), soft_wrap=True)
    way = way_here(pictures)
    if way != "none":
        try:
            picture = library.picture(citation, longest_side=1200, password=password)
        except ClerestoryError as error:
            to.print(Text(f"No picture: {flat(error.what)}.", style="dim"))
        else:
            print_picture(to, drawn(picture, way, columns=72, rows=24))
    near = around(library.reading(hit.asset).segments, hit.segment, count) if count else [hit.segment]
    for segment in near:
        to.print()
        print_segment(to, segment)


def _show_file(library: Library, info: AssetInfo, reading: Reading | None, *, every: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from clerestory.cli.hits import heading_words, segment_words
    from clerestory.cli.listing import print_ledger
    from clerestory.cli.output import console, counted, flat, size
    from clerestory.locators import place

    to = console()
    to.print(Text(flat(info.name), style="bold"), soft_wrap=True)
    facts = [
        ("digest", info.asset),
        ("type", info.media_type),
        ("size", size(info.size)),
        ("state", info.state),
    ]
    facts += [("title", info.title)] if info.title else []
    facts += [("own time", info.own_time)] if info.own_time else []
    if info.pages:
        facts.append(("pages", f"{info.pages:,}"))
    if info.pending:
        facts.append(("waits", f"{counted(info.pending, 'place')} for OCR: clerestory finish"))
    facts += [("path", occurrence.path) for occurrence in info.occurrences]
    for occurrence in info.occurrences[:1]:
        facts += [("licence", occurrence.licence)] if occurrence.licence else []
        facts += [("attribution", occurrence.attribution)] if occurrence.attribution else []
    facts += [(name, value) for name, value in info.metadata.items() if name != "title"]
    kinds: dict[str, int] = {}
    for segment in reading.segments if reading else ():
        kinds[segment.kind] = kinds.get(segment.kind, 0) + 1
    facts.append(("segments", ", ".join(counted(n, kind) for kind, n in kinds.items()) or "none"))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in facts:
        table.add_row(Text(name, style="dim"), Text(flat(value)))
    to.print(table)
    for segment in sorted(reading.segments, key=lambda item: item.order) if reading and every else ():
        line = Text(f"\n{flat(place(segment.locator)) or 'whole'}", style="bold")
        line.append(f"  {segment.kind}  {heading_words(segment)}", style="dim")
        to.print(line, soft_wrap=True)
        to.print(Text(flat(segment_words(segment))))
    to.print()
    print_ledger(library.ledger(info.asset), {info.asset: info.name})


@command(
    "open",
    examples="""
    clerestory open 1
    clerestory open 1 --original
    clerestory open manuals/gauge.pdf
    """,
)
@_TARGET
@click.option("--original", is_flag=True, help="Open the file itself with its own program.")
@password_option
@click.pass_obj
@click.pass_context
def open_place(ctx: click.Context, where: Where, target: str, original: bool, password: str | None) -> None:
    """Open a place as a picture, or its original file.

    Shows the page with the box in your picture viewer; where there is no picture of it,
    the file itself. TARGET is as for `show`.
    """
    from clerestory.cli.output import clean
    from clerestory.errors import FileVanished, UnsupportedFile
    from clerestory.models.weights import default_cache
    from clerestory.types import Citation

    with where.open() as library:
        found = _named(where, library, target)
        path = None
        if isinstance(found, Citation) and not original:
            try:
                picture = library.picture(found, whole_page=True, longest_side=2000, password=password)
            except UnsupportedFile as error:
                click.echo(f"No picture of it ({clean(error.what)}): opening the file.", err=True)
            else:
                path = _fresh(default_cache() / "opened") / f"{_stem(found)}.png"
                picture.save(path)
        if path is None:
            occurrences = found.hit.occurrences if isinstance(found, Citation) else found.occurrences
            there = [Path(item.path) for item in occurrences if Path(item.path).is_file()]
            if not there:
                raise FileVanished(
                    "the original is not on this machine any more", where=target, fix="Add it again."
                )
            path = there[0]
    click.echo(clean(str(path)))
    if click.launch(str(path)) != 0:
        click.echo("No program could be started for it; open the path above yourself.", err=True)
        ctx.exit(FAILED)


def _fresh(folder: Path) -> Path:
    """The folder, for this person alone, without the pictures of earlier calls: pages may be confidential."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for earlier in folder.glob("*.png"):
        with contextlib.suppress(PermissionError):  # Windows: a viewer still shows it
            earlier.unlink(missing_ok=True)
    return folder


@command(
    "export",
    examples="""
    clerestory export 1
    clerestory export 1 --page --out page.png
    clerestory export "clerestory:3fa1c2…#page=12" --side 2400
    """,
)
@_TARGET
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Picture to write; the ending says the format.",
)
@click.option("--page", is_flag=True, help="The whole page with the box drawn, not the crop.")
@click.option(
    "--side", type=click.IntRange(16, 10_000), default=1600, show_default=True, help="Longest side in pixels."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@password_option
@json_option
@click.pass_obj
def export(
    where: Where,
    target: str,
    out: Path | None,
    page: bool,
    side: int,
    force: bool,
    password: str | None,
    as_json: bool,
) -> None:
    """Write a place as a picture: its crop, or the page with the box.

    TARGET is as for `show`, but a place, not a file.
    """
    from clerestory.cli.output import print_json, where_words
    from clerestory.locators import to_fragment
    from clerestory.types import Citation

    with where.open() as library:
        found = _named(where, library, target)
        if not isinstance(found, Citation):
            raise click.BadParameter("names a file, not a place; search first", param_hint="TARGET")
        picture = library.picture(found, whole_page=page, longest_side=side, password=password)
    file = out or Path(f"{_stem(found)}{'-page' if page else ''}.png")
    if file.exists() and not force:
        raise click.BadParameter(f"{file} exists; --force writes over it", param_hint="--out")
    try:
        picture.save(file)
    except ValueError as error:
        raise click.BadParameter(
            f"{file.suffix or 'no ending'} is no picture format", param_hint="--out"
        ) from error
    if as_json:
        address = to_fragment(found.hit.asset, found.locator)
        print_json({"file": file, "width": picture.width, "height": picture.height, "address": address})
    else:
        click.echo(f"{where_words(found.hit, found.locator)} → {file} ({picture.width} × {picture.height})")


def _stem(citation: Citation) -> str:
    """A file name from the place; nothing of the document's own name but letters, digits, dots and dashes."""
    from clerestory.cli.output import file_name
    from clerestory.locators import place

    name = Path(file_name(citation.hit)).stem
    words = f"{name}-{place(citation.locator)}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-.")[:80] or citation.hit.asset[:12]
