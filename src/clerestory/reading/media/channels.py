"""A decoded frame of sound as an array, one row per channel, whatever form the decoder gives it.

In: a frame. Out: its samples in their own number type. It does not know what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clerestory.reading.media.library import av

# Up to PyAV 18.1 ``AudioFrame.planes`` looks for a null after the last plane. Frames of eight and
# more planes have none, and reading on kills the process; packed frames have one plane.
_MOST_PLANES = 7


class Channels:
    """Keeps what converting frames of many channels needs from one frame to the next."""

    def __init__(self) -> None:
        self._packer: Any = None
        self._packs: tuple[str, str, int] | None = None

    def of(self, frame: Any) -> np.ndarray:
        """(channels, samples)."""
        channels = len(frame.layout.channels)
        if frame.format.is_planar and channels > _MOST_PLANES:
            return self._packed(frame).to_ndarray().reshape(-1, channels).T
        values = frame.to_ndarray()
        return values if frame.format.is_planar else values.reshape(-1, channels).T

    def _packed(self, frame: Any) -> Any:
        form, layout = frame.format.packed.name, frame.layout.name
        if self._packs != (form, layout, frame.sample_rate):
            self._packs = (form, layout, frame.sample_rate)
            self._packer = av().AudioResampler(format=form, layout=layout, rate=frame.sample_rate)
        packed = self._packer.resample(frame)
        return packed[0]
