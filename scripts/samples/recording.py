"""The spoken sample: a weekly briefing of two people by the sea, with a bell and surf between."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from samples.voices import RATE, Cue, Said, Sounded, bell, surf, tape

VARGA, OKAFOR = "slt", "rms"

PARTS = (
    Sounded("surf", surf(3.5, seed=1, level=0.05)),
    Said(VARGA, "Good morning. This is the weekly briefing for the tide station at North Pier."),
    Said(VARGA, "It is Monday morning, and the sea is quiet.", 0.8),
    Said(OKAFOR, "Last night a seal slept on the boat ladder, so we started twenty minutes late."),
    Said(OKAFOR, "On Saturday we cleaned the inlet. We took out five kilograms of mussels.", 1.2),
    Said(VARGA, "What about the new radar sensor?", 0.6),
    Said(OKAFOR, "The radar sensor was fitted on Thursday. It is four meters above the water."),
    Said(OKAFOR, "It agrees with the float to within seven millimeters.", 2.8),
    Sounded("bell", bell(2)),
    Sounded("surf", surf(6.0, seed=2)),
    1.0,
    Said(VARGA, "The second key of the cabinet is now in the boat house, behind the red coat.", 0.9),
    Said(OKAFOR, "One change in March. The passenger boat will land in the west harbor."),
    Said(OKAFOR, "Expect waves from its propellers after nine o'clock.", 2.4),
    Said(VARGA, "Next week a diver will look at the inlet."),
    Said(VARGA, "If the water is not clear, we wait for a quiet day.", 0.8),
    Said(OKAFOR, "One more thing. If the siren sounds twice, leave the pier at once."),
    Said(OKAFOR, "Do not stop to collect anything.", 0.9),
    Said(VARGA, "That is all. Thank you, and take care.", 0.6),
    Sounded("surf", surf(4.0, seed=3, level=0.05)),
)


def write(path: Path) -> tuple[Cue, ...]:
    """An MP3 of one channel (the encoder in PyAV's wheels is LAME, LGPL)."""
    import av

    samples, cues = tape(PARTS)
    with av.open(str(path), "w", format="mp3") as out:
        out.metadata.update(
            {
                "title": "Weekly briefing, North Pier tide station",
                "artist": "Skerrow Harbour Office",
                "date": "2026-02-23",
            }
        )
        stream = out.add_stream("libmp3lame", rate=RATE, layout="mono")
        stream.bit_rate = 40_000
        pcm = (samples * 32767).astype(np.int16)
        for start in range(0, len(pcm), RATE):
            frame = av.AudioFrame.from_ndarray(pcm[None, start : start + RATE], format="s16p", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return cues
