"""One track followed packet by packet: from when to when it lasts, its gaps, whether it decodes.

In: packets in the order of the file. Out: spans on the player's clock. It does not know
other tracks.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

from clerestory.reading.media.facts import Cue
from clerestory.reading.media.opening import JUMP_S, RESTART_S, damaged_packet
from clerestory.reading.media.subtitles import plain_words

_GAP_S = 1.0  # shorter ones are pauses of the coding, not worth a line
_TRIES = 64  # packets that may fail before a track counts as one that cannot be decoded
_MOST_GAPS = 1000
_MOST_CUES = 200_000
_PICTURE_SUBTITLES = {"dvd_subtitle", "dvb_subtitle", "hdmv_pgs_subtitle", "xsub"}


class Walk:
    """A track of sound or pictures."""

    def __init__(self, stream: Any, zero: Fraction) -> None:
        self.stream = stream
        self.encrypted = False
        self.packets = 0
        self.untimed = 0
        self.restarts = 0
        self.jumps = 0
        self.gaps: list[tuple[float, float]] = []
        self.first_frame: Any = None
        self._zero = zero
        self._failures = 0
        self._shift = Fraction(0)
        self._start: Fraction | None = None
        self._end = Fraction(0)
        self._length = Fraction(0)  # of the last packet
        self._expected: Fraction | None = None  # when the next packet should be decoded

    @property
    def decodable(self) -> bool:
        """A track without packets has nothing that could fail."""
        if self.encrypted or self.stream.codec_context is None:
            return False
        return self.first_frame is not None or not self.packets

    def span(self) -> tuple[float, float]:
        """From when to when something is presented; (0, 0) for nothing."""
        start = max(Fraction(0), self._start or Fraction(0))
        return float(start), float(max(start, self._end))

    def follow(self, packet: Any) -> None:
        if packet.has_sidedata("encryption_info"):
            self.encrypted = True
        self._decode_first(packet)
        if not packet.size:  # the end of the track
            return
        self.packets += 1
        decoding = packet.dts if packet.dts is not None else packet.pts
        if decoding is None:
            self.untimed += 1
            return
        time = decoding * packet.time_base - self._zero + self._shift
        length = (packet.duration or 0) * packet.time_base
        if self._expected is not None:
            if time < self._expected - Fraction(RESTART_S):
                self.restarts += 1
                self._shift += self._expected - time
                time = self._expected
            elif time > self._expected + Fraction(JUMP_S):
                self.jumps += 1
                self._shift += self._expected - time
                time = self._expected
            elif time > self._expected + Fraction(_GAP_S) and length and len(self.gaps) < _MOST_GAPS:
                self.gaps.append((float(self._expected), float(time)))
        self._expected = time + length
        shown = packet.pts * packet.time_base - self._zero + self._shift if packet.pts is not None else time
        before, behind = self._left_out(packet)
        if length < self._length:
            behind = Fraction(0)  # some containers have shortened the last packet already
        self._length = length
        begin, end = shown + before, shown + max(before, length - behind)
        if before and end <= begin:
            return  # wholly in front of what is presented
        self._start = begin if self._start is None else min(self._start, begin)
        self._end = max(self._end, end)

    def _left_out(self, packet: Any) -> tuple[Fraction, Fraction]:
        """Seconds that are decoded but not presented, at the packet's beginning and at its end."""
        rate = getattr(self.stream.codec_context, "sample_rate", 0)
        if not rate or not packet.has_sidedata("skip_samples"):
            return Fraction(0), Fraction(0)
        content = bytes(packet.get_sidedata("skip_samples"))
        if len(content) < 8:
            return Fraction(0), Fraction(0)
        before, behind = struct.unpack_from("<II", content)
        return Fraction(before, rate), Fraction(behind, rate)

    def _decode_first(self, packet: Any) -> None:
        if self.first_frame is not None or self.stream.codec_context is None or self._failures >= _TRIES:
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
