"""The command that builds a small library from samples and writes a report of what it finds."""

from __future__ import annotations

import shutil
import sys
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerestory.cli.command import PARTLY_DONE, Where, command, json_option

if TYPE_CHECKING:
    from clerestory.ingesting.report import AddReport
    from clerestory.library import Library
    from clerestory.settings import Settings

TITLE = "A tide gauge on a pier: papers, a briefing, a film, and nine photographs"


@command(
    "demo",
    examples="""
    clerestory demo
    clerestory demo --out ~/clerestory-demo
    clerestory --library ~/clerestory-demo/library ask "How often is the well flushed?"
    """,
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the library, its files and the report.",
)
@json_option
@click.pass_obj
@click.pass_context
def demo(ctx: click.Context, where: Where, out: Path, as_json: bool) -> None:
    """Build a small library and write a report of what it finds.

    The samples are an illustrated manual, slides, a workbook, a scanned page, a photograph
    of a type plate, a spoken briefing and a narrated film, all invented for this, and
    photographs that are free for all (`clerestory models pull sample-photographs` fetches
    them). The report is one page to open in a browser, with the crops and page boxes of
    everything that was found; it plays the recording and the film at the second.
    """
    from clerestory.cli.hits import print_answer, print_result
    from clerestory.cli.output import console, duration, print_json
    from clerestory.cli.progress import told
    from clerestory.cli.report import write_report
    from clerestory.cli.tour import LOOKS, QUESTIONS
    from clerestory.library import Library

    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    to = console()
    with Library.open(out / "library", settings=where.fixed, engines=where.engines) as library:
        with told(quiet=as_json) as listener:
            added = _fill(library, out / "files", where.settings(), listener)
        answers = []
        for question in QUESTIONS:
            answers.append(library.ask(question))
            if not as_json:
                to.print()
                to.rule(question, style="dim", align="left")
                print_answer(to, answers[-1])
        searches = []
        for look in LOOKS:
            result = library.search(look.query, limit=6, filter=look.filter)
            searches.append((result, look.told))
            if not as_json:
                to.print()
                to.rule(f"Looked for: {look.query}", style="dim", align="left")
                print_result(to, result)
        page = write_report(
            library,
            out,
            title=TITLE,
            answers=answers,
            searches=searches,
            made=_made(library, seconds=time.monotonic() - started),
        )
    failed = [failure for report in added for failure in report.failed]
    if as_json:
        print_json({"report": page.resolve(), "library": (out / "library").resolve(), "failed": failed})
    else:
        to.rule(style="dim")
        click.echo(f"Done in {duration(time.monotonic() - started)}. Open this page in a browser:")
        click.echo(f"  {page.resolve()}")
        click.echo("And ask on:")
        program = sys.argv[0] if Path(sys.argv[0]).name == "clerestory" else "clerestory"
        click.echo(f'  {program} --library {out / "library"} ask "How often is the well flushed?"')
    if failed:
        ctx.exit(PARTLY_DONE)


def _fill(library: Library, folder: Path, settings: Settings, listener) -> list[AddReport]:
    """Lay the samples out in ``folder`` and add them, each photograph under its own licence."""
    from clerestory.cli.tour import PHOTOGRAPHS, PHOTOGRAPHS_TAKEN
    from clerestory.errors import ModelMissing
    from clerestory.models.weights import WeightStore

    papers = folder / "papers"
    papers.mkdir(parents=True, exist_ok=True)
    for sample in resources.files("clerestory.cli").joinpath("samples").iterdir():
        with resources.as_file(sample) as file:
            shutil.copyfile(file, papers / file.name)
    reports = [
        library.add([papers], licence="Apache-2.0", attribution="Clerestory samples", listener=listener)
    ]
    try:
        source = WeightStore(settings.models).ready(PHOTOGRAPHS)
    except ModelMissing as error:
        click.echo(f"Going on without photographs. To have them: {error.fix}", err=True)
        return reports
    photographs = folder / "photographs"
    photographs.mkdir(exist_ok=True)
    by_giver: dict[tuple[str, str], list[Path]] = {}
    for photograph in PHOTOGRAPHS_TAKEN:
        target = photographs / photograph.name
        shutil.copyfile(source / photograph.file, target)
        by_giver.setdefault((photograph.licence, photograph.attribution), []).append(target)
    for (licence, attribution), files in by_giver.items():
        reports.append(library.add(files, licence=licence, attribution=attribution, listener=listener))
    return reports


def _made(library: Library, *, seconds: float) -> list[tuple[str, str]]:
    """The colophon: what made the page, and the licence of what it shows."""
    import platform

    from clerestory import __version__
    from clerestory.cli.output import duration, size
    from clerestory.cli.tour import PHOTOGRAPHS_TAKEN
    from clerestory.ingesting.workers import usable_cores

    status = library.status()
    models = library.settings.models
    givers = "; ".join(f"{p.name}: {p.attribution}, {p.licence}" for p in PHOTOGRAPHS_TAKEN)
    return [
        ("Clerestory", f"{__version__}, Python {platform.python_version()}, {usable_cores()} cores"),
        ("Time", f"{duration(seconds)} from empty folder to this page, without a network"),
        ("Text model", f"{models.text} ({status.text_space})" if status.text_space else models.text),
        ("Text recognition", models.ocr),
        ("Speech recognition", f"{models.speech}, {models.voice_activity}"),
        ("Library", f"{size(status.size_bytes)} in {status.folder}"),
        ("Papers", "made for this demo, Apache-2.0; the instrument, the station and the people are invented"),
        ("Briefing and film", "made for this demo, Apache-2.0, spoken by the voices slt and rms of flite"),
        ("Photographs", givers),
    ]
