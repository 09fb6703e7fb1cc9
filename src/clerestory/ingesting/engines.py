"""How models are loaded: the seam between ingesting and models.

Loaders are module-level functions, so that worker processes find them by name; tests
pass fakes of the same signature. Nothing is loaded until a loader is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing
from clerestory.settings import Settings

if TYPE_CHECKING:
    from clerestory.models.ocr import OcrEngine
    from clerestory.models.picture import PictureEncoder
    from clerestory.models.speech import SpeechRecogniser
    from clerestory.models.text import TextEncoder
    from clerestory.models.voice_activity import VoiceActivity
    from clerestory.storing.spaces import Spaces


def load_text(settings: Settings) -> TextEncoder:
    """The text encoder that the settings name.

    Raises:
        ModelMissing, ModelCorrupt
    """
    from clerestory.models.text import load_text_encoder

    return load_text_encoder(settings.models, token_dimension=settings.searching.token_dimension)


def load_ocr(settings: Settings) -> OcrEngine:
    """The text recogniser that the settings name, on one thread: workers run side by side.

    Raises:
        ModelMissing, ModelCorrupt
    """
    from clerestory.models.ocr import load_ocr_engine

    return load_ocr_engine(settings.models, longest_side=settings.reading.ocr_longest_side, threads=1)


def load_speech(settings: Settings) -> SpeechRecogniser:
    """The speech recogniser that the settings name, on one thread.

    Raises:
        ModelMissing, ModelCorrupt, BadSettings
    """
    from clerestory.models.speech import load_speech_recogniser

    return load_speech_recogniser(settings.models, threads=1)


def load_voice_activity(settings: Settings) -> VoiceActivity:
    """The detector of voices that the settings name, on one thread.

    Raises:
        ModelMissing, ModelCorrupt, BadSettings
    """
    from clerestory.models import voice_activity

    return voice_activity.load_voice_activity(settings.models, threads=1)


def load_picture(settings: Settings) -> PictureEncoder:
    """The encoder of pictures that the settings name, on one thread. Cheap: it opens its parts when used.

    Raises:
        ModelMissing, ModelCorrupt, BadSettings
    """
    from clerestory.models.picture import load_picture_encoder

    return load_picture_encoder(settings.models, threads=1)


def named(settings: Settings) -> str:
    """How settings name the encoder of pictures: the ``source`` of its spaces."""
    return json.dumps([settings.models.picture, settings.models.picture_words])


def answering_picture(engines: Engines, settings: Settings, spaces: Spaces) -> PictureEncoder:
    """The encoder whose space answers: that of the settings, or the one before while its
    successor's space is being filled. Where that cannot be loaded any more, the successor.

    Raises:
        ModelMissing, ModelCorrupt, BadSettings
    """
    current = spaces.current("picture")
    source = spaces.source(current) if current else ""
    if current is not None and source not in ("", named(settings)):
        picture, words = json.loads(source)
        models = replace(settings.models, picture=picture, picture_words=words)
        try:
            before = engines.picture(replace(settings, models=models))
        except (ModelMissing, ModelCorrupt, BadSettings):
            return engines.picture(settings)
        if before.space == current:
            return before
    return engines.picture(settings)


@dataclass(frozen=True, slots=True)
class Engines:
    """The loader of each role."""

    text: Callable[[Settings], TextEncoder] = load_text
    ocr: Callable[[Settings], OcrEngine] = load_ocr
    speech: Callable[[Settings], SpeechRecogniser] = load_speech
    voice_activity: Callable[[Settings], VoiceActivity] = load_voice_activity
    picture: Callable[[Settings], PictureEncoder] = load_picture
