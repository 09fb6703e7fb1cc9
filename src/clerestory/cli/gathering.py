"""Commands that look at many pictures at once: ``copies``, ``clusters`` and ``sheet``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerestory.cli.command import FAILED, Where, command, json_option
from clerestory.cli.searching import filter_of, filter_options

if TYPE_CHECKING:
    from clerestory.types import Group

NONE_YET = "No picture of this library is embedded yet; `clerestory finish` does it."


@command(
    "copies",
    examples="""
    clerestory copies
    clerestory copies --type "image/*" --path "phone/*" --json
    clerestory sheet copies.png
    """,
)
@filter_options
@json_option
@click.pass_obj
@click.pass_context
def copies(ctx: click.Context, where: Where, *, as_json: bool, **restrictions: Any) -> None:
    """List pictures that are there more than once.

    Copies of one picture, resized, trimmed or saved anew, and shots of one moment that look
    the same. Nothing is removed. The numbers work with `show`, `open`, `export` and `sheet`.
    """
    from clerestory.cli.progress import told

    with where.open() as library, told(quiet=as_json) as listener:
        groups = library.copies(filter=filter_of(**restrictions), listener=listener)
    _print(ctx, where, groups, as_json=as_json, nothing="No picture is there more than once.", name="copies")


@command(
    "clusters",
    examples="""
    clerestory clusters
    clerestory clusters -k 12 --each 6
    clerestory clusters --type "image/*" --json
    """,
)
@click.option("-k", "--count", type=click.IntRange(1, 500), help="How many; fewer for a small library.")
@click.option(
    "--each", type=click.IntRange(1, 50), default=3, show_default=True, help="Pictures shown of each."
)
@filter_options
@json_option
@click.pass_obj
@click.pass_context
def clusters(
    ctx: click.Context, where: Where, *, count: int | None, each: int, as_json: bool, **restrictions: Any
) -> None:
    """Part the pictures of the library by what they show.

    The largest cluster first; of each the most typical picture, then others that differ. The
    numbers work with `show`, `open`, `export` and `sheet`.
    """
    with where.open() as library:
        groups = library.clusters(count=count, pictures=each, filter=filter_of(**restrictions))
    _print(ctx, where, groups, as_json=as_json, nothing="The library holds no pictures.", name="cluster")


def _print(
    ctx: click.Context,
    where: Where,
    groups: Sequence[Group] | None,
    *,
    as_json: bool,
    nothing: str,
    name: str,
) -> None:
    from clerestory.cli import recent
    from clerestory.cli.output import clean, print_json, spot, where_words
    from clerestory.models.weights import default_cache

    if groups is None:
        if as_json:
            print_json({"groups": None, "note": NONE_YET})
        else:
            click.echo(NONE_YET, err=True)
        ctx.exit(FAILED)
    hits = [hit for group in groups for hit in group.hits]
    recent.keep(where.folder, [(hit, spot(hit)) for hit in hits], cache=default_cache())
    if as_json:
        print_json({"groups": groups})
        return
    if not groups:
        click.echo(nothing)
    number = 0
    for group in groups:
        click.echo(f"{group.size} {name if name == 'copies' else 'pictures'}")
        for hit in group.hits:
            number += 1
            click.echo(clean(f"{number:>5}  {hit.score:.2f}  {where_words(hit)}"))


@command(
    "sheet",
    examples="""
    clerestory search "a dog in the snow" && clerestory sheet dogs.jpg
    clerestory sheet some.png 1 3 7 --columns 3
    """,
)
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("numbers", nargs=-1, type=click.IntRange(1, 1000))
@click.option("--columns", type=click.IntRange(1, 40), help="Pictures side by side.")
@click.option(
    "--side", type=click.IntRange(64, 1000), default=320, show_default=True, help="Pixels of one picture."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
@click.pass_obj
def sheet(
    where: Where,
    out: Path,
    numbers: tuple[int, ...],
    columns: int | None,
    side: int,
    force: bool,
    as_json: bool,
) -> None:
    """Draw the pictures of the last result on one sheet.

    OUT is the picture to write; its ending says the format. NUMBERS are those of the last
    search, answer, copies or clusters; without any, all of them.
    """
    from clerestory.cli import recent
    from clerestory.cli.output import print_json
    from clerestory.cli.places import named_here
    from clerestory.models.weights import default_cache
    from clerestory.types import Citation

    if out.exists() and not force:
        raise click.BadParameter(f"{out} exists; --force writes over it", param_hint="OUT")
    wanted = numbers or tuple(range(1, recent.count(where.folder, cache=default_cache()) + 1)) or (1,)
    with where.open() as library:
        named = [named_here(where, library, str(number)) for number in wanted]
        places = [one for one in named if isinstance(one, Citation)]
        drawn = library.contact_sheet(places, columns=columns or 0, side=side)
    try:
        drawn.save(out)
    except ValueError as error:
        raise click.BadParameter(
            f"{out.suffix or 'no ending'} is no picture format", param_hint="OUT"
        ) from error
    if as_json:
        print_json({"file": out, "pictures": len(places), "width": drawn.width, "height": drawn.height})
    else:
        click.echo(f"{len(places)} pictures → {out} ({drawn.width} × {drawn.height})")
