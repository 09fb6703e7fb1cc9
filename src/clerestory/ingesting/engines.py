"""How models are loaded: the seam between ingesting and models.

Loaders are module-level functions, so that worker processes find them by name; tests
pass fakes of the same signature. Nothing is loaded until a loader is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerestory.settings import Settings

if TYPE_CHECKING:
    from clerestory.models.ocr import OcrEngine
    from clerestory.models.picture import PictureEncoder
    from clerestory.models.speech import SpeechRecogniser
    from clerestory.models.text import TextEncoder
    from clerestory.models.voice_activity import VoiceActivity


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


@dataclass(frozen=True, slots=True)
class Engines:
    """The loader of each role."""

    text: Callable[[Settings], TextEncoder] = load_text
    ocr: Callable[[Settings], OcrEngine] = load_ocr
    speech: Callable[[Settings], SpeechRecogniser] = load_speech
    voice_activity: Callable[[Settings], VoiceActivity] = load_voice_activity
    picture: Callable[[Settings], PictureEncoder] = load_picture
