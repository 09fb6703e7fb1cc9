"""Commands that take a place out of the library: ``open`` and ``export``."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from clerestory.cli.command import FAILED, Where, command, json_option, password_option

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library
    from clerestory.types import Citation

Form = Literal["clip", "picture", "strip"]

_TARGET = click.argument("target")


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
    """Open a place: a page as a picture, a recording at the second.

    Shows the page with the box in your picture viewer; plays recordings and videos from
    the place on, with mpv or VLC where they are installed, else in your browser. Where
    there is neither, opens the file itself. TARGET is as for `show`.
    """
    from clerestory.cli.output import clean
    from clerestory.cli.places import named_here
    from clerestory.cli.playing import started
    from clerestory.types import Citation, TimeSpan

    with where.open() as library:
        found = named_here(where, library, target)
        if isinstance(found, Citation) and isinstance(found.locator, TimeSpan) and not original:
            file = library.original(found)
            shown, ended = started(file, found.locator, folder=_opened_folder())
        else:
            drawn = None
            if isinstance(found, Citation) and not original:
                drawn = _picture(library, found, password)
            shown = drawn or _file(found, target)
            ended = click.launch(str(shown))
    click.echo(clean(str(shown)))
    if ended != 0:
        click.echo("No program could be started for it; open the path above yourself.", err=True)
        ctx.exit(FAILED)


def _picture(library: Library, found: Citation, password: str | None) -> Path | None:
    from clerestory.cli.output import clean
    from clerestory.errors import UnsupportedFile

    try:
        picture = library.picture(
            found,
            whole_page=True,
            matched=found.hit.media_type.startswith("image/"),  # of a page its figure is framed
            longest_side=2000,
            password=password,
        )
    except UnsupportedFile as error:
        click.echo(f"No picture of it ({clean(error.what)}): opening the file.", err=True)
        return None
    path = _opened_folder() / f"{_stem(found)}.png"
    picture.save(path)
    return path


def _file(found: AssetInfo | Citation, target: str) -> Path:
    from clerestory.errors import FileVanished
    from clerestory.types import Citation

    occurrences = found.hit.occurrences if isinstance(found, Citation) else found.occurrences
    there = [Path(item.path) for item in occurrences if Path(item.path).is_file()]
    if not there:
        raise FileVanished("the original is not on this machine any more", where=target, fix="Add it again.")
    return there[0]


def _opened_folder() -> Path:
    """For this person alone, without what earlier calls left: pages may be confidential."""
    from clerestory.models.weights import default_cache

    folder = default_cache() / "opened"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for earlier in (*folder.glob("*.png"), *folder.glob("*.html")):
        with contextlib.suppress(PermissionError):  # Windows: a viewer still shows it
            earlier.unlink(missing_ok=True)
    return folder


@command(
    "export",
    examples="""
    clerestory export 1
    clerestory export 1 --page --out page.png
    clerestory export 2 --as clip --margin 2
    clerestory export "clerestory:3fa1c2…#page=12" --side 2400
    """,
)
@_TARGET
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; the ending says the format of a picture.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["clip", "picture", "strip"]),
    help="Of a recording or video: its seconds as a clip (unless --out ends like a picture), a key frame "
    "or waveform, or the scene in a few moving pictures.",
)
@click.option("--page", is_flag=True, help="The whole page with the box drawn, not the crop.")
@click.option("--whole", is_flag=True, help="The whole passage or scene, not the sentence alone.")
@click.option(
    "--margin",
    type=click.FloatRange(0, 600),
    default=0.5,
    show_default=True,
    help="Seconds before and after a clip.",
)
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
    form: Form | None,
    page: bool,
    whole: bool,
    margin: float,
    side: int,
    force: bool,
    password: str | None,
    as_json: bool,
) -> None:
    """Write a place to a file: a picture, or seconds as a clip.

    Clips are cut without encoding anew where the format allows. TARGET is as for `show`,
    but a place, not a file.
    """
    from dataclasses import replace

    from clerestory.cli.places import named_here
    from clerestory.types import Citation, TimeSpan

    with where.open() as library:
        found = named_here(where, library, target)
        if not isinstance(found, Citation):
            raise click.BadParameter("names a file, not a place; search first", param_hint="TARGET")
        timed = isinstance(found.locator, TimeSpan)
        if form in ("clip", "strip") and not timed:
            raise click.BadParameter(f"only recordings and videos give a {form}", param_hint="--as")
        if whole and timed:
            found = replace(found, locator=found.hit.segment.locator)
        if form is None:
            form = "clip" if timed and not _is_picture(out) else "picture"
        if form == "clip":
            told = _clip(library, found, out, margin=margin, force=force)
        elif form == "strip":
            told = _strip(library, found, out, force=force)
        else:
            told = _drawn(library, found, out, page=page, side=side, force=force, password=password)
    _tell(found, told, as_json=as_json)


def _is_picture(out: Path | None) -> bool:
    from PIL import Image

    return out is not None and out.suffix.lower() in Image.registered_extensions()


def _free(file: Path, *, force: bool) -> Path:
    if file.exists() and not force:
        raise click.BadParameter(f"{file} exists; --force writes over it", param_hint="--out")
    return file


def _drawn(
    library: Library,
    found: Citation,
    out: Path | None,
    *,
    page: bool,
    side: int,
    force: bool,
    password: str | None,
) -> dict[str, object]:
    picture = library.picture(found, whole_page=page, longest_side=side, password=password)
    file = _free(out or Path(f"{_stem(found)}{'-page' if page else ''}.png"), force=force)
    try:
        picture.save(file)
    except ValueError as error:
        raise click.BadParameter(
            f"{file.suffix or 'no ending'} is no picture format", param_hint="--out"
        ) from error
    return {"file": file, "width": picture.width, "height": picture.height}


def _clip(
    library: Library, found: Citation, out: Path | None, *, margin: float, force: bool
) -> dict[str, object]:
    """Cut beside the target under a name of its own: only then is it known which ending it gets."""
    import tempfile

    target = out or Path(_stem(found))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".clerestory-") as folder:
        clip = library.clip(found, Path(folder) / "clip", margin_s=margin)
        file = target.with_name(target.name.removesuffix(target.suffix if out else "") + clip.path.suffix)
        if out is not None and out.suffix and out.suffix.lower() != clip.path.suffix:
            click.echo(f"What is in it goes into a {clip.path.suffix} file.", err=True)
        clip.path.replace(_free(file, force=force))
    return {
        "file": file,
        "media_type": clip.media_type,
        "start_s": round(clip.start_s, 3),
        "end_s": round(clip.end_s, 3),
        "reencoded": clip.reencoded,
    }


def _strip(library: Library, found: Citation, out: Path | None, *, force: bool) -> dict[str, object]:
    from clerestory.errors import UnsupportedFile

    kept = {item.digest for item in library.reading(found.hit.asset).objects if item.role == "strip"}
    digest = next((digest for digest in found.hit.segment.objects if digest in kept), None)
    if digest is None:
        raise UnsupportedFile(
            "no moving preview of this place is kept", fix="Scenes of videos that were watched have one."
        )
    file = _free(out or Path(f"{_stem(found)}.webp"), force=force)
    if file.suffix.lower() != ".webp":
        raise click.BadParameter("a strip is a .webp file", param_hint="--out")
    file.write_bytes(library.object_bytes(digest))
    return {"file": file}


def _tell(found: Citation, told: dict[str, object], *, as_json: bool) -> None:
    from clerestory.cli.output import print_json, where_words
    from clerestory.locators import clock, to_fragment

    if as_json:
        print_json({**told, "address": to_fragment(found.hit.asset, found.locator)})
        return
    size = f" ({told['width']} × {told['height']})" if "width" in told else ""
    if "start_s" in told:
        span = f"{clock(float(str(told['start_s'])))}–{clock(float(str(told['end_s'])))}"
        size = f" ({span}{', encoded anew' if told['reencoded'] else ''})"
    click.echo(f"{where_words(found.hit, found.locator)} → {told['file']}{size}")


def _stem(citation: Citation) -> str:
    """A file name from the place; nothing of the document's own name but letters, digits, dots and dashes."""
    from clerestory.cli.output import file_name
    from clerestory.locators import place

    name = Path(file_name(citation.hit)).stem
    words = f"{name}-{place(citation.locator)}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-.")[:80] or citation.hit.asset[:12]
