"""Damaged recordings and videos through the real path: no crash of the run, no hang, no unbounded memory.

    python -m bench.media_fuzz [--count 500] [--seed 1] [FOLDER ...]

Small recordings and videos of all kinds are made, and whole ones of FOLDER are added; each of
COUNT files is one of them with seeded damage: bits, truncation, splices, zeros, edited headers.
Worker processes with limits sniff, read, decode, seek and cut each file. Everything that is not
a reading or a typed error is a failure, and named. Prints JSON; exit code 1 when one failed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from clerestory.errors import ClerestoryError, InputError, WorkerDied, WorkerTimeout
from clerestory.ingesting.workers import Limits, WorkerPool
from clerestory.reading import kinds
from clerestory.reading.reader import read, type_of
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings

LIMITS = Limits(memory_mb=2048, seconds=60)
HEARD_S = 120.0  # of a file whose header promises hours; the job of one stretch is 300 s
MOST_FRAMES = 400
_MOST_SEED_BYTES = 4_000_000  # of a file in FOLDER
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
# name, encoder of the sound, container
_RECORDINGS = (
    *(("a.wav", "pcm_s16le", None), ("a.mp3", "libmp3lame", None), ("a.flac", "flac", None)),
    *(("a.ogg", "libopus", None), ("a.m4a", "aac", None), ("a.aac", "aac", "adts")),
    *(("a.wma", "wmav2", None), ("a.mka", "aac", None), ("a.webm", "libopus", None)),
)
# name, encoder of the pictures, encoder of the sound
_FILMS = (
    *(("v.mp4", "mpeg4", "aac"), ("v.mov", "mpeg4", "pcm_s16le"), ("v.mkv", "mpeg4", "flac")),
    *(("v.webm", "libvpx", "libopus"), ("9.webm", "libvpx-vp9", "libopus")),
    *(("v.avi", "mpeg4", "libmp3lame"), ("v.wmv", "wmv2", "wmav2"), ("v.ts", "mpeg2video", "mp2")),
)


def seeds(folder: Path) -> list[Path]:
    """Whole files of three seconds, one of each kind, made in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [_made(folder / name, None, sound, form) for name, sound, form in _RECORDINGS]
    made += [_made(folder / name, pictures, sound, None) for name, pictures, sound in _FILMS]
    return made


def _made(path: Path, pictures: str | None, sound: str, form: str | None) -> Path:
    import av
    import numpy as np

    chance = np.random.default_rng(5)
    packets: list[Any] = []
    rate = 48_000
    # Without random identities, so that the same seed does the same damage.
    with av.open(path, "w", format=form, options={"fflags": "+bitexact"}) as container:
        if pictures:
            quick = {"deadline": "realtime", "cpu-used": "8"} if pictures.startswith("libvpx") else {}
            seen = container.add_stream(pictures, rate=15, options=quick)
            seen.width, seen.height, seen.pix_fmt, seen.gop_size = 96, 64, "yuv420p", 8
            ground = chance.integers(0, 255, (64, 96, 3), np.uint8)
            for number in range(45):
                image = av.VideoFrame.from_ndarray(np.roll(ground, 2 * number, axis=1), format="rgb24")
                image = image.reformat(format="yuv420p")
                image.pts, image.time_base = number, Fraction(1, 15)
                packets += seen.encode(image)
            packets += seen.encode(None)
        layout = "stereo" if sound == "wmav2" else "mono"
        heard = container.add_stream(sound, rate=rate, layout=layout)
        heard.bit_rate = 64_000
        heard.codec_context.open()
        size = heard.codec_context.frame_size or 1024
        for number in range(3 * rate // size):
            noise = chance.standard_normal((2 if layout == "stereo" else 1, size)) * 3000
            frame = av.AudioFrame.from_ndarray(noise.astype(np.int16), format="s16p", layout=layout)
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), number * size
            packets += heard.encode(frame)
        packets += heard.encode(None)
        packets.sort(key=lambda one: float((one.dts or 0) * one.time_base))
        container.mux(packets)
    return path


def mutated(content: bytes, other: bytes, chance: random.Random) -> tuple[bytes, str]:
    """The bytes with one kind of damage, and its name. ``other`` is a whole file to splice from."""
    kind = chance.choice(
        ("bits", "truncated", "spliced", "zeros", "header", "numbers", "repeated", "appended")
    )
    damaged = bytearray(content)
    size = len(damaged)
    at = chance.randrange(size)
    match kind:
        case "bits":
            for _ in range(chance.choice((1, 5, 50, 500))):
                damaged[chance.randrange(size)] ^= 1 << chance.randrange(8)
        case "truncated":
            del damaged[at:]
        case "spliced":
            begin = chance.randrange(len(other))
            damaged[at : at + chance.randrange(size)] = other[begin : begin + chance.randrange(4096)]
        case "zeros":
            length = min(size - at, chance.choice((4, 64, 1024, size)))
            damaged[at : at + length] = bytes(length)
        case "header":
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(min(size, 600))] = chance.randrange(256)
        case "numbers":
            # Containers keep sizes and counts near their beginning, or in an index near their end.
            for _ in range(chance.randint(1, 4)):
                near = chance.choice(
                    (chance.randrange(min(size, 2000)), max(0, size - chance.randrange(1, 2000)))
                )
                order = chance.choice(("big", "little"))
                damaged[near : near + 4] = chance.choice(_NUMBERS).to_bytes(4, order)
        case "repeated":
            damaged[at:at] = damaged[at : at + chance.randrange(1, 4096)] * chance.randint(1, 20)
        case "appended":
            damaged += chance.randbytes(chance.randrange(1, 5000)) if chance.random() < 0.5 else other
    return bytes(damaged), kind


def examine(path: str) -> dict[str, Any]:
    """One file through sniffing, reading, hearing, watching and cutting, as jobs would do it.

    Raises:
        InputError: what is wrong with the file. Anything else is a defect.
    """
    file = Path(path)
    source = Source(file, "0" * 64, file.name)
    settings = ReadingSettings()
    kind = type_of(source, settings)
    if kind not in kinds.AUDIO + kinds.VIDEO:
        return {"outcome": "not media", "kind": kind}
    reading = read(source, settings)
    assert all(request.locator.start_s < request.locator.end_s for request in reading.media_requests)
    said = [_heard(file, settings, source), _watched(file, source, settings), _cut(file, source, settings)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"outcome": "read", "kind": kind, "refused": [one for one in said if one], "peak_mb": peak_mb}


def _heard(file: Path, settings: ReadingSettings, source: Source) -> str:
    import numpy as np

    from clerestory.reading.media.container import probe
    from clerestory.reading.media.sound import samples, stretch

    facts = probe(source, settings).facts
    try:
        for track in facts.sounds[:2]:
            for block in itertools.islice(samples(file, track=track.index), round(HEARD_S)):
                assert np.isfinite(block).all()
            middle = facts.duration_s / 2
            assert len(stretch(file, middle, middle + 1.5, track=track.index)) in (23_999, 24_000, 24_001)
    except InputError as error:
        return f"heard: {type(error).__name__}"
    return ""


def _watched(file: Path, source: Source, settings: ReadingSettings) -> str:
    from clerestory.reading.media.container import probe
    from clerestory.reading.media.frames import decoded, frame_at

    facts = probe(source, settings).facts
    try:
        for track in facts.pictures[:2]:
            before = -1.0
            for frame in itertools.islice(decoded(file, track=track.index), MOST_FRAMES):
                assert before < frame.time_s < frame.end_s
                before = frame.time_s
                assert frame.grey(64).size
            assert frame_at(file, facts.duration_s / 2, longest_side=96, track=track.index).image.size
    except InputError as error:
        return f"watched: {type(error).__name__}"
    return ""


def _cut(file: Path, source: Source, settings: ReadingSettings) -> str:
    from clerestory.reading.media.clips import clip

    with tempfile.TemporaryDirectory() as folder:
        try:
            for pictures in (False, True):
                made = clip(file, 1.0, 2.0, Path(folder) / "made", pictures=pictures)
                assert made.path.stat().st_size
        except InputError as error:
            return f"cut: {type(error).__name__}"
    return ""


def fuzz(
    whole: Sequence[Path], folder: Path, *, count: int, seed: int, limits: Limits = LIMITS
) -> dict[str, Any]:
    """``count`` damaged files examined: outcomes, failures by name, the longest and the largest."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = [path.read_bytes() for path in whole]
    outcomes: Counter[str] = Counter()
    damages: dict[str, str] = {}
    failures: list[str] = []
    peak_mb = 0
    began = time.monotonic()

    def tasks() -> Any:
        for number in range(count):
            chance = random.Random(f"{seed}-{number}")
            at = number % len(whole)
            damaged, kind = mutated(contents[at], chance.choice(contents), chance)
            path = folder / f"{number:04}-{whole[at].name}"
            path.write_bytes(damaged or b"\0")
            damages[str(path)] = kind
            yield str(path), (str(path),)

    with WorkerPool(limits) as pool:
        for done in pool.run(examine, tasks()):
            if isinstance(done.error, WorkerDied | WorkerTimeout) or (
                done.error is not None and not isinstance(done.error, ClerestoryError)
            ):
                failures.append(f"{Path(done.key).name} ({damages[done.key]}): {done.error}")
                outcomes[type(done.error).__name__] += 1
                continue
            if done.error is not None:
                outcomes[type(done.error).__name__] += 1
            elif done.value is not None:
                outcomes[done.value["outcome"]] += 1
                outcomes.update(done.value.get("refused", ()))
                peak_mb = max(peak_mb, done.value.get("peak_mb", 0))
            Path(done.key).unlink()
    return {
        "files": count,
        "failed": len(failures),
        "outcomes": dict(outcomes.most_common()),
        "peak_mb": peak_mb,
        "seconds": round(time.monotonic() - began, 1),
        "limits": {"memory_mb": limits.memory_mb, "seconds": limits.seconds},
        "failures": failures,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="whole recordings and videos to damage as well")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder in which files that fail are kept")
    options = parser.parse_args()
    from bench import media_fuzz  # workers import functions by their module, which "__main__" is not

    with tempfile.TemporaryDirectory() as scratch:
        whole = seeds(Path(scratch) / "whole")
        for folder in options.folders:
            whole += [
                path
                for path in sorted(folder.rglob("*"))
                if path.is_file()
                and path.stat().st_size <= _MOST_SEED_BYTES
                and kinds.claimed(path.name) in kinds.AUDIO + kinds.VIDEO
            ]
        result = media_fuzz.fuzz(
            whole, options.keep or Path(scratch) / "damaged", count=options.count, seed=options.seed
        )
    print(json.dumps(result))
    return int(bool(result["failed"]))


if __name__ == "__main__":
    sys.exit(main())
