"""The command that shows a place on the terminal: ``show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clerestory.cli.command import Where, command, json_option, password_option
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
    from clerestory.cli.places import named_here
    from clerestory.types import Citation

    with where.open() as library:
        found = named_here(where, library, target)
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
            picture = library.picture(citation, matched=True, longest_side=1200, password=password)
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
    from clerestory.cli.moments import length
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
    if info.pending_s:
        facts.append(("waits", f"{length(info.pending_s)} to be heard or watched: clerestory finish"))
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
