"""``clerestory eval spoken-captions``: is a photo found by its caption when somebody says it?

The data folder holds ``SPLIT.jsonl`` (``image``, ``captions``) as for ``eval pictures``; all of
its photos are the library. Of ``SAMPLE`` photos (or ``--limit``), drawn by the seed, one
caption each is spoken by the voices of speech synthesis that this machine has, in turn, and
heard as the sound of a query is. Where the folder has ``spoken.jsonl`` (``audio``: path in the
folder, ``image``, ``caption``), those recordings are taken instead, and no voice is needed.
Figures in percent:

- ``spoken.R@k``: the photo is among the first k of all photos by the words that were heard;
- ``written.R@k``: the same by the caption as it was written, the same captions;
- ``lost.R@10``: written less spoken, with an interval of the pairs; ``lost.R@10.VOICE`` of each voice;
- ``word_errors``: of the recogniser; ``unheard``: captions of which no word was made out;
- ``spoken.R@10.VOICE``, ``word_errors.VOICE``: of each voice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Figure, Score, paired_difference
from clerestory.evaluating.contract import (
    Case,
    Evaluation,
    Options,
    Summary,
    draw,
    read_lines,
    run_cases,
)
from clerestory.evaluating.day.voices import Voice, installed
from clerestory.evaluating.pictures import RANKS, Captioned, embed_files, read_captions
from clerestory.evaluating.transcripts import normalised, word_errors
from clerestory.models.picture import PictureEncoder, SeenPictures, load_picture_encoder
from clerestory.models.sessions import usable_cores
from clerestory.models.speech import load_speech_recogniser
from clerestory.models.text import TextEncoder, load_text_encoder
from clerestory.models.voice_activity import load_voice_activity
from clerestory.reading.speech.listening import Ears
from clerestory.searching.rehearing import Way, meaning
from clerestory.searching.spoken import decoded, heard_in

SAMPLE = 400
_NOBODY = "recorded"  # the voice of captions that the folder brings as sound


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption, the number of its photo, and the voice or the file that says it."""

    id: str
    photo: int
    text: str
    voice: str
    audio: str = ""


def run(options: Options) -> Summary:
    """Embed the photos of the split, then say, hear and look for one caption after the other.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a file cannot be read.
        MachineError: no program speaks on this machine, and the folder has no ``spoken.jsonl``.
        ModelMissing, ModelCorrupt: as the loaders.
    """
    settings = options.settings
    split = options.split or "dev"
    items = read_captions(options.data / f"{split}.jsonl")
    voices: Mapping[str, Voice] = {}
    if (options.data / "spoken.jsonl").exists():
        captions = draw(_recorded(options, items), options.limit, seed=options.seed)
    else:
        voices = {voice.name: voice for voice in installed()}
        captions = _to_say(items, list(voices), options.limit or SAMPLE, seed=options.seed)
    threads = settings.models.threads or usable_cores()
    ears = Ears(
        load_speech_recogniser(settings.models, threads=threads),
        load_voice_activity(settings.models, threads=threads),
    )
    pictures = load_picture_encoder(settings.models)
    text = load_text_encoder(settings.models, token_dimension=0)
    photos = embed_files(options, [item.image for item in items], pictures)

    def measure(caption: Caption) -> Case:
        if caption.audio:
            samples = decoded((options.data / caption.audio).read_bytes())
        else:
            samples = voices[caption.voice].speak(caption.text)
        said = heard_in(samples, ears)
        places = {
            "written": _place((Way(caption.text, 1.0, 1.0),), caption.photo, photos, pictures, text),
            "spoken": _place(said.ways, caption.photo, photos, pictures, text),
        }
        errors = word_errors(normalised(caption.text), normalised(said.text))
        scores = {f"{way}.R@{k}": Score(100.0 * (place <= k)) for way, place in places.items() for k in RANKS}
        scores["word_errors"] = Score(100.0 * errors.errors, errors.words)
        scores["unheard"] = Score(100.0 * (not said.text))
        scores[f"spoken.R@10.{caption.voice}"] = scores["spoken.R@10"]
        scores[f"word_errors.{caption.voice}"] = scores["word_errors"]
        details = {
            "caption": caption.text,
            "heard": said.text,
            "ways": [[way.text, round(way.share, 3)] for way in said.ways],
            "confidence": round(said.confidence, 3),
            "voice": caption.voice,
            "places": places,
        }
        return Case(caption.id, scores, details)

    return run_cases(
        "spoken-captions",
        Options(
            options.data,
            options.out,
            settings,
            seed=options.seed,
            limit=None,
            split=options.split,
            listener=options.listener,
        ),
        captions,
        identify=lambda caption: caption.id,
        measure=measure,
        settings={
            "split": split,
            "asked": options.limit,
            "photos": len(items),
            "voices": sorted({caption.voice for caption in captions}),
            "picture": f"{pictures.space.name} {pictures.space.digest[:12]}",
            "recogniser": ears.recogniser.version,
        },
        more=_lost,
    )


def _to_say(items: Sequence[Captioned], voices: Sequence[str], count: int, *, seed: int) -> list[Caption]:
    """One caption of each of ``count`` photos, the voices in turn."""
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(items))[:count]
    captions = []
    for turn, photo in enumerate(chosen.tolist()):
        text = str(random.choice(items[photo].captions))
        captions.append(Caption(items[photo].image, photo, text, voices[turn % len(voices)]))
    return captions


def _recorded(options: Options, items: Sequence[Captioned]) -> list[Caption]:
    path = options.data / "spoken.jsonl"
    photo_of = {item.image: number for number, item in enumerate(items)}
    try:
        return [
            Caption(line["audio"], photo_of[line["image"]], line["caption"], _NOBODY, line["audio"])
            for line in read_lines(path)
        ]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"a line lacks {error}, or its photo is not of the split",
            where=str(path),
            fix="Each needs audio, image and caption.",
        ) from error


def _place(
    said: Sequence[Way], photo: int, photos: SeenPictures, pictures: PictureEncoder, text: TextEncoder
) -> int:
    """Where the photo stands, from 1; behind all others where there are no words."""
    if not said:
        return len(photos)
    scores = photos.joint @ meaning(said, pictures, text) - pictures.hub_weight * photos.hub
    return int((scores >= scores[photo]).sum())


def _lost(cases: Sequence[Case], seed: int) -> dict[str, Figure]:
    by_voice: dict[str, list[Case]] = {}
    for case in cases:
        by_voice.setdefault(str(case.details["voice"]), []).append(case)
    groups = {"lost.R@10": cases} | {f"lost.R@10.{voice}": own for voice, own in sorted(by_voice.items())}
    return {
        name: paired_difference(
            [case.scores["spoken.R@10"] for case in group],
            [case.scores["written.R@10"] for case in group],
            seed=seed,
        )
        for name, group in groups.items()
    }


EVALUATION = Evaluation(
    name="spoken-captions",
    help="Whether a photo is found by its caption when somebody says it (percent).",
    data="SPLIT.jsonl with image and captions, and the photos; spoken.jsonl with recordings, or a voice",
    run=run,
)
