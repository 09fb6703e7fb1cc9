"""Results of listening and watching put into the reading of a recording or video.

Pure. In: the reading as it is and every result of the asset so far, as the jobs keep them.
Out: the reading rebuilt from its ``facts`` object and these results, so that the order in
which they came does not matter. Which family merges how stands in the families.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from clerestory.settings import ReadingSettings
from clerestory.types import MediaRequest, Reading


def merge_media(
    reading: Reading,
    results: Sequence[str],
    settings: ReadingSettings,
    *,
    object_bytes: Callable[[str], bytes],
) -> Reading:
    """The reading with everything that was heard and seen; results it never asked for are left out.

    ``results`` are the JSON texts of ``Hearing.to_json`` and ``Watching.to_json``, all of the
    asset so far; ``object_bytes`` gives the bytes of a kept object by its digest. New objects
    of the reading carry their content. Requests that have no result stay.
    """
    from clerestory.reading.speech.hearing import Hearing

    heard = [Hearing.from_json(text) for text in results if kind_of(text) == "listen"]
    if reading.media_type.startswith("audio/"):
        from clerestory.reading.speech.merging import merge_audio

        return merge_audio(reading, heard, settings, object_bytes=object_bytes)
    from clerestory.reading.video.merging import merge_video
    from clerestory.reading.video.watching import Watching

    watched = [Watching.from_json(text) for text in results if kind_of(text) == "watch"]
    return merge_video(reading, heard, watched, settings, object_bytes=object_bytes)


def failed(request: MediaRequest, error: str) -> str:
    """The result of a stretch that could not be heard or watched, for ``merge_media``."""
    if request.kind == "listen":
        from clerestory.reading.speech.hearing import Hearing

        return Hearing.failed(request, error).to_json()
    from clerestory.reading.video.watching import Watching

    return Watching.failed(request, error).to_json()


def kind_of(result: str) -> str:
    """ "listen" or "watch"."""
    return str(json.loads(result)["request"]["kind"])
