"""The narrated sample: seven drawn scenes with captions, six cuts of which one is a dissolve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from samples.scenes import SCENES, Scene, captioned
from samples.voices import RATE, Cue, Said, tape

FRAMES_PER_S = 25
NARRATOR = "rms"
LEAD_S, TAIL_S = 0.9, 1.1  # of each scene before and after its words
DISSOLVE_INTO, DISSOLVE_S = "flush", 0.6
PACKET = 320  # samples; 20 ms, what the encoder takes


@dataclass(frozen=True, slots=True)
class Planned:
    """A scene with the frames it stands; a dissolve belongs to the scene that it leads into."""

    scene: Scene
    first: int
    end: int

    def frame(self, number: int) -> Image.Image:
        t = (number - self.first) / FRAMES_PER_S
        image = self.scene.draw(t)
        shown = self.scene.caption and t >= self.scene.caption_s
        return captioned(image, self.scene.caption) if shown else image


def plan() -> tuple[tuple[Planned, ...], np.ndarray, tuple[Cue, ...]]:
    """The scenes on the clock of the film, its sound, and what is said when."""
    planned: list[Planned] = []
    sound: list[np.ndarray] = []
    cues: list[Cue] = []
    frame = 0
    for scene in SCENES:
        said = tuple(Said(NARRATOR, text) for text in scene.narration)
        samples, spoken = tape((LEAD_S, *said, TAIL_S))
        frames = -(-len(samples) * FRAMES_PER_S // RATE)
        start_s = frame / FRAMES_PER_S
        cues += [Cue(round(start_s + c.start_s, 2), round(start_s + c.end_s, 2), c.text) for c in spoken]
        sound.append(np.pad(samples, (0, frames * RATE // FRAMES_PER_S - len(samples))))
        planned.append(Planned(scene, frame, frame + frames))
        frame += frames
    return tuple(planned), np.concatenate(sound), tuple(cues)


def pictures(planned: tuple[Planned, ...]) -> Iterator[np.ndarray]:
    before: Planned | None = None
    for this in planned:
        still: dict[bool, np.ndarray] = {}
        for number in range(this.first, this.end):
            t = (number - this.first) / FRAMES_PER_S
            shown = t >= this.scene.caption_s
            if this.scene.still and shown in still:
                yield still[shown]
                continue
            image = this.frame(number)
            if this.scene.name == DISSOLVE_INTO and t < DISSOLVE_S and before is not None:
                image = Image.blend(before.frame(before.end - 1), image, t / DISSOLVE_S)
            pixels = np.asarray(image)
            if this.scene.still:
                still[shown] = pixels
            yield pixels
        before = this


def write(path: Path) -> tuple[Cue, ...]:
    """A WebM with VP9 and Opus."""
    import av

    planned, sound, cues = plan()
    with av.open(str(path), "w", format="webm") as out:
        out.metadata.update({"title": "Servicing the TG-3", "artist": "Skerrow Harbour Office"})
        seen = out.add_stream("libvpx-vp9", rate=FRAMES_PER_S)
        seen.width, seen.height, seen.pix_fmt = 1280, 720, "yuv420p"
        seen.bit_rate = 0
        seen.options = {"crf": "40", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1", "g": "250"}
        heard = out.add_stream("libopus", rate=RATE, layout="mono")
        heard.bit_rate = 24_000
        pcm = (sound * 32767).astype(np.int16)
        written = 0
        for number, pixels in enumerate(pictures(planned)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            out.mux(seen.encode(frame))
            while written < len(pcm) and written / RATE <= number / FRAMES_PER_S:
                piece = pcm[None, written : written + PACKET]
                packet = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
                packet.sample_rate, packet.pts, packet.time_base = RATE, written, Fraction(1, RATE)
                out.mux(heard.encode(packet))
                written += PACKET
        out.mux(seen.encode(None))
        out.mux(heard.encode(None))
    return cues


def captions() -> tuple[Cue, ...]:
    """When each caption stands."""
    planned, _, _ = plan()
    return tuple(
        Cue(this.first / FRAMES_PER_S + this.scene.caption_s, this.end / FRAMES_PER_S, this.scene.caption)
        for this in planned
        if this.scene.caption
    )
