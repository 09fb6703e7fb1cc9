"""Every evaluation that ``clerestory eval`` knows, by name."""

from __future__ import annotations

from clerestory.evaluating import (
    bias,
    clips,
    clothing,
    figures,
    heat_map,
    medical,
    mixture,
    ocr,
    pages,
    pictures,
    recordings,
    refusal,
    scenes,
    sound_likeness,
    sounds,
    speech,
    spoken_captions,
)
from clerestory.evaluating.contract import Evaluation

EVALUATIONS: dict[str, Evaluation] = {
    evaluation.name: evaluation
    for evaluation in (
        pages.EVALUATION,
        ocr.EVALUATION,
        speech.EVALUATION,
        sounds.EVALUATION,
        scenes.EVALUATION,
        recordings.EVALUATION,
        clips.EVALUATION,
        pictures.EVALUATION,
        clothing.EVALUATION,
        figures.EVALUATION,
        mixture.EVALUATION,
        sound_likeness.EVALUATION,
        spoken_captions.EVALUATION,
        heat_map.EVALUATION,
        refusal.EVALUATION,
        medical.EVALUATION,
        bias.EVALUATION,
    )
}
