"""Small drawn films for the tests of this folder, seeded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from clerestory.reading.media.library import av

WIDTH, HEIGHT, FPS = 320, 180, 25


def scenery(seed: int, *, width: int = WIDTH) -> np.ndarray:
    """A picture that is unlike that of any other seed."""
    import cv2

    random = np.random.default_rng(seed)
    corners = random.integers(20, 236, (2, 2, 3)).astype(np.float32)
    picture = cv2.resize(corners, (width, HEIGHT)).astype(np.uint8)
    for _ in range(12 * width // WIDTH):
        x, y = random.integers(0, width), random.integers(0, HEIGHT)
        size = (int(random.integers(10, 60)), int(random.integers(8, 40)))
        colour = random.integers(0, 256, 3).tolist()
        cv2.rectangle(picture, (int(x), int(y)), (int(x) + size[0], int(y) + size[1]), colour, -1)
    return picture


def still(seed: int, seconds: float) -> list[np.ndarray]:
    return [scenery(seed)] * round(seconds * FPS)


def pan(seed: int, seconds: float, *, per_s: float) -> list[np.ndarray]:
    """The camera turns by ``per_s`` of the picture's width in a second."""
    count = round(seconds * FPS)
    large = scenery(seed, width=WIDTH + int(per_s * WIDTH * seconds) + 1)
    starts = (int(number / FPS * per_s * WIDTH) for number in range(count))
    return [np.ascontiguousarray(large[:, start : start + WIDTH]) for start in starts]


def dissolve(first: int, second: int, seconds: float) -> list[np.ndarray]:
    one, other = scenery(first).astype(np.float32), scenery(second).astype(np.float32)
    count = round(seconds * FPS)
    shares = [(number + 1) / (count + 1) for number in range(count)]
    return [(one * (1 - share) + other * share).astype(np.uint8) for share in shares]


def titled(picture: np.ndarray, words: str) -> np.ndarray:
    """With words in pure yellow, which nothing else is, near the bottom."""
    import cv2

    shown = np.minimum(picture, 200)
    cv2.putText(shown, words, (20, 160), cv2.FONT_HERSHEY_DUPLEX, 0.9, (0, 0, 0), 6, cv2.LINE_AA)
    cv2.putText(shown, words, (20, 160), cv2.FONT_HERSHEY_DUPLEX, 0.9, (255, 255, 0), 2, cv2.LINE_AA)
    return shown


def film(path: Path, pictures: Iterable[np.ndarray], *, sound_s: float = 0.0) -> Path:
    """The pictures as a file, with a quiet tone where ``sound_s`` is given."""
    library = av()
    with library.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = 4_000_000
        sound = container.add_stream("aac", rate=16_000) if sound_s else None
        for picture in pictures:
            container.mux(stream.encode(library.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
        if sound is not None:
            tone = np.sin(np.arange(int(sound_s * 16_000)) / 8).astype(np.float32)[None] * 0.1
            frame = library.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate = 16_000
            container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path
