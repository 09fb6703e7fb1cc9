"""Subtitles in files of their own: SRT, WebVTT, ASS and what else pysubs2 reads, as cues.

In: bytes and the file's name. Out: a track of cues in order of time, without styling. Which
file beside a video belongs to it is told by names alone.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path, PurePath

from clerestory.errors import UnreadableFile, UnsupportedFile
from clerestory.reading.decoding import decode
from clerestory.reading.media.facts import Cue, SubtitleTrack
from clerestory.reading.media.tags import language_of
from clerestory.reading.sentences import storable

ENDINGS = (".srt", ".vtt", ".ass", ".ssa", ".sbv")
MOST_MB = 20  # of a subtitle file that is read with its recording
_MOST_CUES = 200_000
_TAG = re.compile(r"\{[^{}]*\}|</?[a-zA-Z][^<>]*>|<\d\d:[\d:.]+>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8})*", re.I)
_ROLES = {"sdh", "cc", "forced", "hi", "default"}


def parse(content: bytes, name: str) -> SubtitleTrack:
    """The track in a subtitle file; its language is what the name says ("talk.de.srt").

    Raises:
        UnreadableFile: it holds no cue that can be read.
        UnsupportedFile: pysubs2 is not installed.
    """
    try:
        import pysubs2
    except ImportError as error:
        raise UnsupportedFile(
            "subtitle files need pysubs2, which is not installed",
            where=name,
            fix="Run pip install 'clerestory[media]'.",
        ) from error
    text = decode(content).text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the file, which is nobody's but its reader's
            events = pysubs2.SSAFile.from_string(text).events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError, OverflowError) as error:
        raise UnreadableFile("not subtitles that can be read", where=name) from error
    cues = []
    for event in events[:_MOST_CUES]:
        words = "" if event.is_comment or event.is_drawing else plain_words(event.text)
        if words and event.end >= event.start:
            cues.append(Cue(max(0, event.start) / 1000, max(0, event.end) / 1000, words))
    if not cues:
        raise UnreadableFile("no subtitles in it", where=name)
    cues.sort(key=lambda cue: (cue.start_s, cue.end_s))
    language, title = _said_by(name)
    return SubtitleTrack(language, title, PurePath(name).name, tuple(cues))


def beside(path: Path) -> tuple[Path, ...]:
    """Subtitle files in the same folder that are named after the video ("talk.srt", "talk.de.srt")."""
    try:
        found = [
            other for other in path.parent.iterdir() if named_after(other.name, path.name) and other.is_file()
        ]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ()  # the folder is gone or closed: then there is nothing beside
    return tuple(sorted(found))


def named_after(name: str, recording: str) -> bool:
    """Whether a file of this name holds subtitles of a recording of that one in the same folder."""
    own, stem = PurePath(name), PurePath(recording).stem.casefold()
    if own.suffix.lower() not in ENDINGS:
        return False
    return own.stem.casefold() == stem or _is_variant(own.stem.casefold(), stem)


def plain_words(text: str) -> str:
    """The words of a cue, one line each, without tags and override codes."""
    text = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ").replace("\u00a0", " ")
    text = _TAG.sub("", text)
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&amp;", "&")):
        text = text.replace(name, character)
    lines = (" ".join(line.split()) for line in storable(text).splitlines())
    return "\n".join(line for line in lines if line)


def _is_variant(name: str, stem: str) -> bool:
    """ "talk.de" and "talk.en.sdh" belong to "talk", "talk.part2" does not."""
    if not name.startswith(stem + "."):
        return False
    parts = name[len(stem) + 1 :].split(".")
    return all(part in _ROLES or _LANGUAGE.fullmatch(part) for part in parts)


def _said_by(name: str) -> tuple[str, str]:
    """Language and title by the parts of the name before its ending."""
    language, roles = "und", []
    for part in PurePath(name).stem.split(".")[1:]:
        if part.casefold() in _ROLES:
            roles.append(part)
        elif _LANGUAGE.fullmatch(part):
            language = language_of(part)
    return language, " ".join(roles)
