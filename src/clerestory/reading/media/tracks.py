"""One track followed packet by packet: from when to when it lasts, its gaps, whether it decodes.

In: packets in the order of the file. Out: spans on the player's clock. It does not know
other tracks.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

from clerestory.reading.media.facts import Cue
from clerestory.reading.media.opening import JUMP_S, RESTART_S, SECOND, damaged_packet
from clerestory.reading.media.subtitles import plain_words

_GAP_S = 1.0  # shorter ones are pauses of the coding, not worth a line
_TRIES = 64  # packets that may fail before a track counts as one that cannot be decoded
_MOST_GAPS = 1000
_MOST_CUES = 200_000
_PICTURE_SUBTITLES = {"dvd_subtitle", "dvb_subtitle", "hdmv_pgs_subtitle", "xsub"}


class Walk:
    """A track of sound or pictures. Counts in ticks of the track's clock: there are millions of packets."""

    def __init__(self, stream: Any, zero: Fraction) -> None:
        self.stream = stream
        self.encrypted = False
        self.packets = 0
        self.untimed = 0
        self.restarts = 0
        self.jumps = 0
        self.first_frame: Any = None
        self._gaps: list[tuple[int, int]] = []
        self._failures = 0
        self._tick = stream.time_base or Fraction(1, SECOND)
        self._zero = zero / self._tick  # whole on the track's own clock, not always on others'
        self._restart = int(Fraction(RESTART_S) / self._tick)
        self._jump = int(Fraction(JUMP_S) / self._tick)
        self._least_gap = int(Fraction(_GAP_S) / self._tick)
        self._per_sample = 0.0
        if stream.type == "audio" and stream.codec_context is not None and stream.codec_context.sample_rate:
            self._per_sample = float(1 / (stream.codec_context.sample_rate * self._tick))
        self._shift = 0
        self._start: float | None = None
        self._end: float | None = None
        self._length = 0  # of the last packet
        self._expected: int | None = None  # when the next packet should be decoded

    @property
    def decodable(self) -> bool:
        """A track without packets has nothing that could fail."""
        if self.encrypted or self.stream.codec_context is None:
            return False
        return self.first_frame is not None or not self.packets

    @property
    def gaps(self) -> list[tuple[float, float]]:
        return [(self._seconds(start), self._seconds(end)) for start, end in self._gaps]

    def span(self) -> tuple[float, float]:
        """From when to when something is presented; (0, 0) for nothing."""
        if self._start is None or self._end is None:
            return 0.0, 0.0
        start = max(0.0, self._seconds(self._start))
        return start, max(start, self._seconds(self._end))

    def follow(self, packet: Any) -> None:
        if self.first_frame is None:
            self._decode_first(packet)
        size = packet.size
        if not size:  # the end of the track
            return
        self.packets += 1
        pts, decoding = packet.pts, packet.dts
        if decoding is None:
            decoding = pts
        if decoding is None:
            self.untimed += 1
            return
        length = packet.duration or 0
        time = decoding + self._shift
        expected = self._expected
        if expected is not None and not -self._restart <= time - expected <= self._least_gap:
            if time < expected:
                self.restarts += 1
                self._shift += expected - time
                time = expected
            elif time > expected + self._jump:
                self.jumps += 1
                self._shift += expected - time
                time = expected
            elif length and len(self._gaps) < _MOST_GAPS:
                self._gaps.append((expected, time))
        self._expected = time + length
        shown = time if pts is None else pts + self._shift
        before, behind = self._left_out(packet)
        if length < self._length:
            behind = 0.0  # some containers have shortened the last packet already
        self._length = length
        begin, end = shown + before, shown + max(before, length - behind)
        if before and end <= begin:
            return  # wholly in front of what is presented
        if self._start is None or begin < self._start:
            self._start = begin
        if self._end is None or end > self._end:
            self._end = end

    def _seconds(self, ticks: float) -> float:
        return float((Fraction(ticks) - self._zero) * self._tick)

    def _left_out(self, packet: Any) -> tuple[float, float]:
        """Ticks that are decoded but not presented, at the packet's beginning and at its end."""
        if packet.has_sidedata("encryption_info"):
            self.encrypted = True
        if not self._per_sample or not packet.has_sidedata("skip_samples"):
            return 0.0, 0.0
        content = bytes(packet.get_sidedata("skip_samples"))
        if len(content) < 8:
            return 0.0, 0.0
        before, behind = struct.unpack_from("<II", content)
        return before * self._per_sample, behind * self._per_sample

    def _decode_first(self, packet: Any) -> None:
        if self.stream.codec_context is None or self._failures >= _TRIES:
            return
        try:
            frames = packet.decode()
        except damaged_packet():
            self._failures += 1
            return
        if frames:
            self.first_frame = frames[0]


class Cues:
    """A track of subtitles."""

    def __init__(self, stream: Any, zero: Fraction) -> None:
        self.stream = stream
        self.cues: list[Cue] = []
        self.damaged = 0
        context = stream.codec_context
        self.pictures = context is not None and context.codec.canonical_name in _PICTURE_SUBTITLES
        self._zero = zero

    def follow(self, packet: Any) -> None:
        if self.pictures or not packet.size or packet.pts is None or len(self.cues) >= _MOST_CUES:
            return
        if self.stream.codec_context is None:
            self.damaged += 1
            return
        try:
            parts = packet.decode()
        except damaged_packet():
            self.damaged += 1
            return
        dialogues = [part.dialogue for part in parts if part.type in (b"ass", b"text")]
        words = "\n".join(filter(None, (plain_words(one.decode("utf-8", "replace")) for one in dialogues)))
        start = max(Fraction(0), packet.pts * packet.time_base - self._zero)
        if words:
            end = start + (packet.duration or 0) * packet.time_base
            self.cues.append(Cue(float(start), float(end), words))

    def in_order(self) -> tuple[Cue, ...]:
        """By time; one without an end stands until the next."""
        ordered = sorted(self.cues, key=lambda cue: (cue.start_s, cue.end_s))
        cues = []
        for number, cue in enumerate(ordered):
            end_s = cue.end_s
            if end_s <= cue.start_s and number + 1 < len(ordered):
                end_s = ordered[number + 1].start_s
            cues.append(Cue(cue.start_s, max(cue.start_s, end_s), cue.text))
        return tuple(cues)
