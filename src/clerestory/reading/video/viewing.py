"""One stretch of a video watched: cuts, key frames, previews and what is written.

In: the file and the stretch. Out: a ``Watching``, whose pictures lie in the store already.
A few seconds before and after the stretch are decoded too, so that a change near its border
is judged as it would be anywhere else; only what falls into the stretch is told. Memory is
that of a few seconds of small frames and of the pictures kept, compressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clerestory.models.ocr import OcrEngine
from clerestory.reading.media.displays import strip
from clerestory.reading.media.frames import decoded
from clerestory.reading.source import Source
from clerestory.reading.video.cuts import MARGIN_S, CutFinder
from clerestory.reading.video.differences import small
from clerestory.reading.video.keyframes import Gallery
from clerestory.reading.video.watching import Watching, Written
from clerestory.reading.video.written import GREY_SIDE, TextWatcher
from clerestory.settings import ReadingSettings
from clerestory.types import MediaRequest

_TEXT_MARGIN_S = 1.0  # before and after, so that a line at the border is read like any other
_SMALL_SIDE = 128


def watch(
    source: Source,
    request: MediaRequest,
    settings: ReadingSettings,
    *,
    ocr: OcrEngine | None,
    put: Callable[[bytes], str],
) -> Watching:
    """What is seen in the stretch; without ``ocr`` nothing is read.

    ``put`` stores bytes and gives their digest.

    Raises:
        UnreadableFile, UnsupportedFile, TooLarge, FileVanished, FileDenied
    """
    start_s, end_s = request.locator.start_s, request.locator.end_s
    finder = CutFinder()
    gallery = Gallery(strip=strip)
    text = TextWatcher(ocr) if ocr is not None and settings.ocr else None
    frames = 0
    begin_s = max(0.0, start_s - MARGIN_S)
    for frame in decoded(source.path, start_s=begin_s, end_s=end_s + MARGIN_S):
        finder.see(small(frame.rgb(_SMALL_SIDE), frame.time_s))
        inside = start_s <= frame.time_s < end_s
        near = start_s - _TEXT_MARGIN_S <= frame.time_s < end_s + _TEXT_MARGIN_S
        if not near:
            continue
        grey = frame.grey(GREY_SIDE)
        if inside:
            frames += 1
            gallery.see(frame, grey)
        if text is not None:
            text.see(frame, grey)
    cuts = tuple(cut for cut in finder.finish() if max(start_s, 1e-9) <= cut.time_s < end_s)
    keyframes, strips = gallery.choose(cuts, start_s, end_s, put=put)
    written = _inside(text.finish() if text is not None else [], start_s, end_s)
    return Watching(
        request,
        start_s,
        end_s,
        frames=frames,
        engine=f"{ocr.name} {ocr.version}" if ocr is not None and text is not None else "",
        cuts=cuts,
        keyframes=keyframes,
        written=written,
        strips=strips,
    )


def _inside(lines: list[Written], start_s: float, end_s: float) -> tuple[Written, ...]:
    return tuple(
        replace(line, start_s=max(line.start_s, start_s), end_s=min(line.end_s, end_s))
        for line in lines
        if line.start_s < end_s and line.end_s > start_s
    )
