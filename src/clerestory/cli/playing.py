"""Starts a recording or video at a second, in the player that is there.

In: a file and a span. Out: what was opened, and whether something could be started. Players
are told apart by their programs; every browser plays from a page that is written for it.
Nothing of a document's text goes into a command line but the path of its file.
"""

from __future__ import annotations

import html
import shutil
import subprocess
from pathlib import Path

import click

from clerestory.types import TimeSpan

# Program -> what tells it where to begin. All take the file after it.
PLAYERS = (("mpv", "--start={:.2f}"), ("vlc", "--start-time={:.2f}"))
LEAD_S = 0.3  # so that the first word is heard whole

_PAGE = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem;
background: #171614; color: #ece7dd; font: 16px/1.5 system-ui, sans-serif; text-align: center }}
video {{ max-width: 96vw; max-height: 84vh }} audio {{ width: min(90vw, 40rem) }}</style>
<{tag} controls autoplay src="{address}"></{tag}>
<p>{name}</p>
"""


def started(file: Path, span: TimeSpan, *, folder: Path) -> tuple[Path, int]:
    """Play ``file`` from the span on; the path that was opened and 0 where a program started.

    ``folder`` takes the page for the browser.
    """
    start_s = max(0.0, span.start_s - LEAD_S)
    for name, option in PLAYERS:
        program = shutil.which(name)
        if program is not None:
            _launched([program, option.format(start_s), str(file)])
            return file, 0
    page = folder / "play.html"
    page.write_text(page_for(file, start_s), encoding="utf-8")
    return page, click.launch(str(page))


def _launched(command: list[str]) -> None:
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it goes on when this command has ended
    )


def page_for(file: Path, start_s: float) -> str:
    """A page that plays the file from a second on."""
    sound = file.suffix.lower() in (".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav")
    address = f"{file.absolute().as_uri()}#t={start_s:.2f}"
    return _PAGE.format(
        tag="audio" if sound else "video",
        name=html.escape(file.name.encode("utf-8", "replace").decode()),
        address=html.escape(address, quote=True),
    )
