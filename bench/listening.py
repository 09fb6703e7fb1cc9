"""How fast recordings and videos go in, and what memory that takes.

    python -m bench.listening --data DIR [--hours 2] [--video-hours 0.5] [--bare-minutes 24] [--out FILE]

``DIR`` has the folders ``speech`` (clips of people reading) and ``video``. A recording of
``--hours`` is joined from the clips; a video of 1280 x 720 from the footage, with drawn
slides in between and the same speech. Both are made once for some minutes, and the packets
repeated. Then:

- ``Library.add`` of each, from the file to rows: times real time, CPU seconds, and the
  resident memory of every process, looked at twice a second (``flat`` is the highest of the
  last quarter of the time as a share of the highest of the second quarter);
- the bare recogniser on the same packed speech: pieces of the recording are heard in as
  many workers, and their packs then given to the recogniser alone, which writes pieces
  greedily without word times. The pipeline's seconds per second of recording are compared
  with the recogniser's. A machine is quicker at one time than at another, so all of this is
  done before the recording is added and again after it, each time on all of its minutes
  that differ, and as many pieces run side by side as while adding.

Prints one JSON object. Wall seconds tell what a person waits; CPU seconds hold on a machine
that has other work too.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bench.ingest import timed
from clerestory import Library
from clerestory.ingesting.engines import load_speech, load_voice_activity
from clerestory.ingesting.workers import Limits, WorkerPool, usable_cores
from clerestory.models.speech import Heard, SpeechRecogniser
from clerestory.reading.media.frames import decoded
from clerestory.reading.media.library import av
from clerestory.reading.media.sound import RATE, samples
from clerestory.reading.source import Source
from clerestory.reading.speech.listening import Ears, listen
from clerestory.settings import Settings
from clerestory.types import MediaRequest, TimeSpan

SIZE = (1280, 720)
FPS = 25
SLIDE_S = 6  # a drawn slide with a caption after so much footage
PART_S = 120  # of what is made; the rest repeats its packets
PAUSE_S = 0.6
HEARD_PART_S = 6 * PART_S  # of a recording that is made
PIECES = 4  # of that part, each heard by a worker


class Watcher(threading.Thread):
    """Megabytes of this process and of all below it, twice a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[tuple[float, dict[int, float]]] = []
        self.space = 0.0  # the largest worker's addresses, which ingesting.worker_memory_mb limits
        self._ended = threading.Event()

    def __enter__(self) -> Watcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(0.5):
            sizes = {pid: _sizes_mb(pid) for pid in _family()}
            self.seen.append((time.monotonic(), {pid: resident for pid, (_, resident) in sizes.items()}))
            mine = os.getpid()
            self.space = max([self.space, *(space for pid, (space, _) in sizes.items() if pid != mine)])

    def figures(self) -> dict[str, Any]:
        """The highest process, all together, and whether it grew."""
        if not self.seen:
            return {}
        began, ended = self.seen[0][0], self.seen[-1][0]
        quarters: list[float] = [0.0] * 4
        for when, each in self.seen:
            quarter = min(3, int(4 * (when - began) / max(1e-9, ended - began)))
            quarters[quarter] = max(quarters[quarter], max(each.values(), default=0.0))
        own = max(each.get(os.getpid(), 0.0) for _, each in self.seen)
        workers = max(
            max((mb for pid, mb in each.items() if pid != os.getpid()), default=0.0) for _, each in self.seen
        )
        return {
            "main process: MB": round(own),
            "largest worker: MB": round(workers),
            "largest worker, address space: MB": round(self.space),
            "all together: MB": round(max(sum(each.values()) for _, each in self.seen)),
            "largest process by quarter: MB": [round(mb) for mb in quarters],
            "flat": round(quarters[3] / quarters[1], 3) if quarters[1] else None,
        }


def _family() -> Iterator[int]:
    """This process and its descendants (Linux)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += parents.get(pid, [])


def _sizes_mb(pid: int) -> tuple[float, float]:
    """Address space and resident memory."""
    try:
        space, resident = Path(f"/proc/{pid}/statm").read_text().split()[:2]
    except (OSError, ValueError):  # it has ended
        return 0.0, 0.0
    page_mb = os.sysconf("SC_PAGE_SIZE") / 1e6
    return int(space) * page_mb, int(resident) * page_mb


def speech_samples(data: Path, seconds: float) -> np.ndarray:
    """Clips one after the other with pauses, from the beginning again when there are too few."""
    clips = sorted((data / "speech" / "audio").iterdir())
    parts: list[np.ndarray] = []
    left = round(seconds * RATE)
    for clip in itertools.cycle(clips):
        heard = np.concatenate([*samples(clip)])
        parts += [heard, np.zeros(round(PAUSE_S * RATE), np.float32)]
        left -= len(heard) + len(parts[-1])
        if left <= 0:
            return np.concatenate(parts)[: round(seconds * RATE)]
    raise ValueError(f"no clips in {data / 'speech'}")


def footage(data: Path, seconds: float) -> Iterator[np.ndarray]:
    """Frames (720, 1280, 3): films in turn, in pieces of ``SLIDE_S``, and a slide after each."""
    import cv2

    films = sorted((data / "video" / "videos").iterdir())
    left = round(seconds * FPS)
    for number, film in enumerate(itertools.cycle(films)):
        shown: np.ndarray | None = None
        for frame in itertools.islice(decoded(film), SLIDE_S * FPS):
            shown = cv2.resize(frame.rgb(max(SIZE)), SIZE)
            yield shown
            left -= 1
        slide = np.full((SIZE[1], SIZE[0], 3), (60 + 40 * number % 180, 70, 90), np.uint8)
        cv2.putText(slide, f"Part {number + 1} of the survey", (120, 360), 0, 2.2, (255, 255, 255), 5)
        for _ in range(SLIDE_S * FPS):
            yield slide
            left -= 1
        if left <= 0:
            return


def make_recording(data: Path, path: Path, seconds: float) -> None:
    part = min(HEARD_PART_S, seconds)
    _write(path, seconds, part, sound=speech_samples(data, part), pictures=None)


def make_video(data: Path, path: Path, seconds: float) -> None:
    part = min(PART_S, seconds)
    _write(path, seconds, part, sound=speech_samples(data, part), pictures=footage(data, part))


def _write(
    path: Path, seconds: float, part: float, *, sound: np.ndarray, pictures: Iterator[np.ndarray] | None
) -> None:
    library = av()
    with library.open(str(path), "w") as container:
        streams = []
        if pictures is not None:
            film = container.add_stream("mpeg4", rate=FPS)
            film.width, film.height, film.pix_fmt, film.bit_rate = *SIZE, "yuv420p", 4_000_000
            frames = (library.VideoFrame.from_ndarray(image, "rgb24") for image in pictures)
            streams.append([*itertools.chain.from_iterable(map(film.encode, frames)), *film.encode(None)])
        # Frames of FLAC carry their own number, so repeated ones would all be at the beginning.
        voice = container.add_stream("aac", rate=RATE, layout="mono")
        voice.codec_context.open()
        packets = []
        for start in range(0, len(sound), 1024):
            block = sound[None, start : start + 1024]
            frame = library.AudioFrame.from_ndarray(block, "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            packets += voice.encode(frame)
        streams.append([*packets, *voice.encode(None)])
        kept = [
            (bytes(one), one.pts, one.dts, one.duration, one.time_base, one.is_keyframe, one.stream)
            for one in sorted(itertools.chain(*streams), key=lambda one: one.dts * one.time_base)
            if one.dts is not None and one.pts * one.time_base < part
        ]
        newest: dict[int, int] = {}
        for turn in range(max(1, round(seconds / part))):
            for content, pts, dts, duration, time_base, key, stream in kept:
                packet = library.Packet(content)
                shift = round(Fraction(turn * part) / time_base)
                if dts + shift <= newest.get(stream.index, -(2**62)):
                    continue  # what a coder puts before the beginning overlaps with the turn before
                newest[stream.index] = dts + shift
                packet.pts, packet.dts, packet.duration = pts + shift, dts + shift, duration
                packet.time_base, packet.is_keyframe, packet.stream = time_base, key, stream
                container.mux(packet)


def added(path: Path, folder: Path) -> dict[str, Any]:
    with Library.open(folder) as library, Watcher() as watcher:
        done = timed(lambda: library.add(path))
        reading = library.reading(path)
    report, seconds = done.value, float(reading.metadata["duration_s"])
    return {
        "seconds": round(seconds, 1),
        "MB": round(path.stat().st_size / 1e6),
        "segments": len(reading.segments),
        "words": sum(len(segment.text.split()) for segment in reading.segments),
        "failed": [str(one.error) for one in report.failed],
        "to be tried again": report.retry,
        "wall s": round(done.wall_s, 1),
        "CPU s": round(done.cpu_s, 1),
        "times real time": round(seconds / done.wall_s, 2),
        "memory": watcher.figures(),
    }


class Keeping:
    """A recogniser that keeps what it is given."""

    def __init__(self, recogniser: SpeechRecogniser) -> None:
        self.recogniser = recogniser
        self.name, self.version = recogniser.name, recogniser.version
        self.languages, self.longest_s = recogniser.languages, recogniser.longest_s
        self.given: list[np.ndarray] = []
        self.spent = np.zeros(2)  # wall and CPU seconds

    def transcribe(self, given: np.ndarray) -> Heard:
        self.given.append(given)
        began = np.array(_clocks())
        heard = self.recogniser.transcribe(given)
        self.spent += _clocks() - began
        return heard


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def alone(path: str, start_s: float, end_s: float, settings: Settings) -> list[float]:
    """Wall and CPU seconds of hearing the stretch, of recognising its packs with word times, and of
    the bare recogniser on the same packs."""
    kept = Keeping(load_speech(settings))
    ears = Ears(kept, load_voice_activity(settings))
    request = MediaRequest("listen", TimeSpan(start_s, end_s), 1.0, "")
    ears.recogniser.transcribe(np.zeros(16_000, np.float32))  # what is loaded with the first call
    kept.given.clear()
    kept.spent[:] = 0
    began = np.array(_clocks())
    listen(Source(Path(path), "", ""), request, ears, settings.reading)
    heard = _clocks() - began
    write = getattr(kept.recogniser, "write", kept.recogniser.transcribe)
    began = np.array(_clocks())
    for given in kept.given:
        write(given)
    return [*heard, *kept.spent, *(_clocks() - began)]


def bare(path: Path, seconds: float, settings: Settings, *, rounds: int) -> dict[str, float]:
    """Per second of the recording's first ``seconds``, in as many workers as there are cores."""
    edges = np.linspace(0.0, seconds, PIECES + 1).tolist()
    from bench import listening  # workers find functions by their module's name, which __main__ is not

    tasks = [
        ((turn, start), (str(path), start, end, settings))
        for turn in range(rounds)
        for start, end in itertools.pairwise(edges)
    ]
    with WorkerPool(Limits(memory_mb=0)) as pool:
        ends = list(pool.run(listening.alone, tasks))
    for end in ends:
        if end.error is not None:
            raise end.error
    sums = np.sum([end.value for end in ends if end.value], axis=0) / (rounds * seconds)
    cores = min(usable_cores(), len(tasks))
    parts = ("listening", "recogniser with word times", "recogniser")
    names = [f"{part}: {clock} s" for part in parts for clock in ("wall", "CPU")]
    return {
        name: float(value) / (cores if "wall" in name else 1) for name, value in zip(names, sums, strict=True)
    }


def compared(path: Path, folder: Path, seconds: float, *, bare_minutes: float) -> dict[str, Any]:
    """The recording added, with the bare recogniser measured before and after it."""
    if not bare_minutes:
        return added(path, folder)
    part = min(float(HEARD_PART_S), seconds)
    rounds = max(1, round(bare_minutes * 60 / part))
    before = bare(path, part, Settings(), rounds=rounds)
    figures = added(path, folder)
    after = bare(path, part, Settings(), rounds=rounds)
    mean = {name: (before[name] + after[name]) / 2 for name in before}
    figures |= {f"{name} per s": round(value, 4) for name, value in mean.items()}
    for kind in ("wall", "CPU"):
        whole, name = figures[f"{kind} s"] / figures["seconds"], f"recogniser: {kind} s"
        figures[f"ratio to the bare recogniser, {kind}"] = round(whole / mean[name], 3)
        figures[f"... as it was before and after, {kind}"] = [
            round(whole / each[name], 3) for each in (before, after)
        ]
    figures["hearing alone to the bare recogniser, CPU"] = [
        round(each["listening: CPU s"] / each["recogniser: CPU s"], 3) for each in (before, after)
    ]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with speech and video")
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    parser.add_argument("--hours", type=float, default=2.0, help="of the recording, 0 for none")
    parser.add_argument("--video-hours", type=float, default=0.5, help="of the video, 0 for none")
    parser.add_argument(
        "--bare-minutes",
        type=float,
        default=24.0,
        help="heard alone before and again after, in whole parts of 12 minutes; 0 for none",
    )
    options = parser.parse_args()
    figures: dict[str, Any] = {"cores": usable_cores(), "load before": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(prefix="clerestory-bench-") as scratch:
        folder = Path(scratch)
        if options.hours:
            path = folder / "recording.m4a"
            make_recording(options.data, path, options.hours * 3600)
            seconds = options.hours * 3600
            figures["audio"] = compared(path, folder / "audio", seconds, bare_minutes=options.bare_minutes)
        if options.video_hours:
            path = folder / "film.mp4"
            make_video(options.data, path, options.video_hours * 3600)
            figures["video"] = added(path, folder / "video")
    figures["load after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(figures, indent=2)
    if options.out:
        options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    from bench import listening  # workers find functions by their module's name, which __main__ is not

    listening.main()
