"""Recordings and videos: heard and watched after the rest, findable meanwhile, resumed after an end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests import fakes
from tests.conftest import FAKES, OneWorker
from tests.fakes import BLUE, RED, SPOKEN, recording
from tests.ingesting.answers import found

from clerestory.errors import FileVanished, ModelMissing, UnsupportedFile
from clerestory.ingesting import enriching, perceiving
from clerestory.library import Library
from clerestory.settings import IngestingSettings, ModelSettings, ReadingSettings, Settings
from clerestory.storing.jobs import MEDIA
from clerestory.types import Hit, TimeSpan

# Words of one stretch are those of no other, so that a log of calls tells which was heard.
STRETCH_S = 11
SHORT = replace(OneWorker, reading=ReadingSettings(listen_stretch_s=STRETCH_S, watch_stretch_s=STRETCH_S))


def speech(*stretches: str) -> list[str]:
    """Words for recordings in which each stretch says one word over and over, with pauses at its edges."""
    said: list[str] = []
    for word in stretches:
        said += ["", *[word, word, word, ""] * 3, *[""] * 2]
    return said


def long(path: Path, count: int = 4) -> Path:
    return recording(path, *speech(*SPOKEN[:count]))


def logged(tmp_path: Path) -> Settings:
    return replace(SHORT, models=ModelSettings(folder=str(tmp_path / "calls.txt")))


def calls(tmp_path: Path) -> list[set[str]]:
    file = tmp_path / "calls.txt"
    return [set(line.split()) for line in file.read_text().splitlines()] if file.exists() else []


def covered(library: Library, path: Path) -> float:
    """Seconds of the recording that a segment or a ledger line holds; each once."""
    reading = library.reading(path)
    spans = [segment.locator for segment in reading.segments]
    spans += [line.locator for line in reading.ledger if line.kind == "time" and line.locator]
    spans.sort(key=lambda span: span.start_s)
    for before, after in pairwise(spans):
        assert before.end_s == after.start_s
    return spans[-1].end_s - spans[0].start_s


def film(path: Path, *colours: tuple[int, int, int], words: tuple[str, ...] = ()) -> Path:
    """A video in which each colour stands for five seconds and words are said."""
    import av

    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 320, 240, "yuv420p"
        sound = container.add_stream("aac", rate=fakes.RATE) if words else None
        if sound is not None:
            sound.layout = "mono"
        for colour in colours:
            for _ in range(50):
                image = np.full((240, 320, 3), colour, np.uint8)
                container.mux(pictures.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(pictures.encode())
        if sound is not None:
            samples = fakes.saying(*words)
            for start in range(0, len(samples), 1024):
                frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
                frame.sample_rate, frame.pts = fakes.RATE, start
                container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path


def test_a_recording_is_found_by_what_is_said_in_it(library, files):
    recording(files / "talk.wav", "", "granite", "harbour", "", "", "", "lantern", "")
    report = library.add(files)
    assert (report.listened_s, report.pending_s) == (pytest.approx(6.5), 0.0)
    assert report.media_error is None
    hit = library.search("lantern").hits[0]
    assert hit.segment.kind == "passage"
    line = next(line for line in hit.segment.lines if "lantern" in hit.segment.text[line.start : line.end])
    assert line.locator.start_s == pytest.approx(5.0, abs=0.1)
    assert covered(library, files / "talk.wav") == pytest.approx(6.5)
    assert library.reading(files / "talk.wav").media_requests == ()
    assert library.verify().well


def test_what_was_seen_and_heard_stays_when_a_file_comes_again_without(open_library, files):
    library = open_library(settings=SHORT)
    path = film(files / "film.mp4", RED, BLUE, words=("", "granite", "harbour", ""))
    library.add(files)
    before = library.reading(path)
    assert len(before.segments) == 2
    library.add(files, media="off")
    assert library.reading(path) == before
    (files / "film.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nmarigold\n")
    report = library.add(files, media="off")
    assert report.listened_s == report.pending_s == 0.0
    assert found(library, "marigold") == found(library, "granite") != []


def test_later_and_finish(library, files):
    path = recording(files / "talk.wav", "", "granite", "harbour", "")
    report = library.add(files, media="later")
    assert (report.listened_s, report.pending_s) == (0.0, pytest.approx(3.0))
    assert library.status().pending_s == library.asset(path).pending_s == pytest.approx(3.0)
    assert found(library, "harbour") == []
    assert covered(library, path) == pytest.approx(3.0)
    assert {line.line.code for line in library.ledger(path)} == {"not-heard-yet"}
    report = library.finish()
    assert (report.listened_s, report.pending_s) == (pytest.approx(3.0), 0.0)
    assert len(found(library, "harbour")) == 1
    assert library.finish().listened_s == 0.0


@pytest.mark.parametrize("how", ["off", "settings"])
def test_off_asks_for_nothing(open_library, files, how):
    path = recording(files / "talk.wav", "", "granite", "harbour", "")
    settings = replace(OneWorker, reading=ReadingSettings(listen=False, watch=False))
    library = open_library(settings=OneWorker if how == "off" else settings)
    report = library.add(files, media="off" if how == "off" else "now")
    assert (report.listened_s, report.pending_s) == (0.0, 0.0)
    assert covered(library, path) == pytest.approx(3.0)


def test_a_video_is_found_by_what_is_said_and_written_in_it(library, files):
    path = film(files / "film.mp4", RED, BLUE, words=("", "granite", "harbour", "", "", "", "lantern"))
    report = library.add(files)
    assert (report.pending_s, report.media_error, report.failed) == (0.0, None, ())
    assert report.listened_s == pytest.approx(20.0, abs=0.5)
    assert library.search("lantern").hits[0].segment.kind == "scene"
    hit = library.search("estuary high water").hits[0]
    assert hit.segment.locator.start_s == pytest.approx(5.0, abs=0.5)
    assert hit.segment.objects
    for digest in hit.segment.objects:
        assert library.object_bytes(digest)
    reading = library.reading(path)
    assert {item.role for item in reading.objects} >= {"facts", "keyframe"}
    assert library.verify().well


def test_progress_is_told_in_media_seconds(open_library, files):
    path = long(files / "talk.wav")
    library = open_library(settings=SHORT)
    told = []
    library.add(path, listener=lambda one: told.append(one) if one.stage == "listen" else None)
    duration = float(library.reading(path).metadata["duration_s"])
    assert [one.total for one in told] == [round(duration)] * 4
    assert told[0].done == pytest.approx(duration / 4, abs=1)
    assert told[-1].done == round(duration)
    assert told[-1].current == "talk.wav"


def test_a_long_recording_is_findable_while_it_is_heard(open_library, files, monkeypatch):
    monkeypatch.setattr(perceiving, "MERGE_S", 0.0)
    monkeypatch.setattr(perceiving, "MERGE_SHARE", 0)
    monkeypatch.setattr(enriching, "FLUSH_S", 0.0)
    path = long(files / "talk.wav")
    library = open_library(settings=SHORT)
    seen = []

    def listen(progress):
        if progress.stage == "listen":
            seen.append(sum(bool(found(library, word)) for word in SPOKEN[:4]))
            assert covered(library, path) == pytest.approx(
                float(library.reading(path).metadata["duration_s"])
            )

    library.add(files, listener=listen)
    assert seen == [1, 2, 3, 4]
    assert library.verify().well


class Slow(fakes.Tones):
    def transcribe(self, samples):
        time.sleep(0.1)
        return super().transcribe(samples)


def slow(settings: Settings):
    return Slow(settings.models.folder)


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.conftest import FAKES
from tests.ingesting.test_perceiving import logged, slow
from clerestory.library import Library

top = Path(sys.argv[1])
with Library.open(top / "library", settings=logged(top), engines=replace(FAKES, speech=slow)) as library:
    library.add(top / "files")
"""


def ended(library: Path) -> int:
    """Stretches that are done, as another process sees it."""
    try:
        with closing(sqlite3.connect(f"file:{library}/catalogue.sqlite?mode=ro", uri=True)) as plain:
            return int(plain.execute("SELECT count(*) FROM jobs WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:  # it is not there yet
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_after_a_kill_what_was_heard_is_not_heard_again(open_library, files, tmp_path):
    path = long(files / "talk.wav", 8)
    (files / "a.txt").write_text("tourmaline")
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2])
    while ended(tmp_path / "library") < 3 and child.poll() is None:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    time.sleep(0.5)  # its worker ends when it finds its parent gone
    library = open_library(settings=logged(tmp_path))
    asset = library.asset(path).asset
    done = library._stores.catalogue.jobs.of(asset, kinds=MEDIA, state="done")
    before = calls(tmp_path)
    assert 3 <= len(done) < 8
    report = library.add(files)
    assert report.added == ()
    after = calls(tmp_path)[len(before) :]
    heard_before = {SPOKEN[round(job.request.locator.start_s / job_length(done))] for job in done}
    assert not any(heard_before & words for words in after)
    assert report.listened_s == pytest.approx((8 - len(done)) * job_length(done), abs=0.01)
    assert all(found(library, word) for word in SPOKEN[:8])
    assert covered(library, path) == pytest.approx(float(library.reading(path).metadata["duration_s"]))
    assert found(library, "tourmaline")
    assert library.verify().well


def job_length(jobs) -> float:
    return jobs[0].request.locator.end_s - jobs[0].request.locator.start_s


def no_speech(_: Settings):
    raise ModelMissing("weights of the speech recogniser are not here", fix="`clerestory models pull`")


def no_ocr(_: Settings):
    raise ModelMissing("weights of text recognition are not here", fix="`clerestory models pull`")


def test_without_weights_of_speech_only_hearing_waits(open_library, files):
    film(files / "film.mp4", RED, BLUE, words=("", "granite"))
    (files / "a.txt").write_text("tourmaline")
    library = open_library(engines=replace(FAKES, speech=no_speech))
    report = library.add(files)
    assert isinstance(report.media_error, ModelMissing)
    assert (len(report.added), report.ocr_error) == (2, None)
    assert report.listened_s == report.pending_s == pytest.approx(10.0, abs=0.5)
    assert library.search("estuary high water").hits[0].segment.kind == "scene"
    assert found(library, "tourmaline") and not found(library, "granite")
    library.close()
    library = open_library()
    assert library.finish().pending_s == 0.0
    assert found(library, "granite")


def test_without_weights_of_ocr_only_watching_waits(open_library, files):
    film(files / "film.mp4", RED, words=("", "granite"))
    library = open_library(engines=replace(FAKES, ocr=no_ocr))
    report = library.add(files)
    assert isinstance(report.media_error, ModelMissing)
    assert report.pending_s == pytest.approx(5.0, abs=0.5)
    assert found(library, "granite")


class Dying(fakes.Tones):
    def transcribe(self, samples):
        raise MemoryError


def dying(_: Settings):
    return Dying()


def test_a_stretch_that_kills_its_worker_is_tried_again_and_then_in_the_ledger(open_library, files):
    path = recording(files / "talk.wav", "", "granite", "")
    library = open_library(engines=replace(FAKES, speech=dying))
    ends = [library.add(files), library.finish(), library.finish(), library.finish()]
    assert [(end.retry, end.pending_s) for end in ends] == [(1, 2.5), (1, 2.5), (0, 0.0), (0, 0.0)]
    assert covered(library, path) == pytest.approx(2.5)
    assert any("worker may use" in entry.line.reason for entry in library.ledger(path))


def test_removed_restored_and_purged(library, files):
    path = film(files / "film.mp4", RED, BLUE, words=("", "granite", "harbour"))
    other = recording(files / "talk.wav", "", "lantern", "")
    library.add(path)
    library.add(other, media="later")
    library.remove([path, other])
    assert library.finish().listened_s == 0.0
    assert library.status().pending_s == 0.0
    library.restore(path)
    assert len(found(library, "granite")) == 1
    library.remove(path)
    library.purge()
    assert not list(library._stores.objects.all())
    assert not list(library._stores.readings.all())


def test_a_purge_leaves_pictures_of_results_that_are_not_merged_yet(library, files, monkeypatch):
    path = film(files / "film.mp4", RED, BLUE)
    with monkeypatch.context() as patch:
        patch.setattr(perceiving._Merging, "merge", lambda merging, asset: merging.due.pop(asset, None))
        library.add(path)
    library.purge()
    assert library.finish().listened_s == 0.0
    hit = library.search("estuary high water").hits[0]
    assert all(library.object_bytes(digest) for digest in hit.segment.objects)
    assert library.verify().well


def test_lost_pictures_are_made_again_with_rehash(library, files):
    path = film(files / "film.mp4", RED, BLUE)
    library.add(path)
    hit = library.search("estuary high water").hits[0]
    library._stores.objects.path(hit.segment.objects[0]).unlink()
    assert not library.verify().well
    report = library.add(path, rehash=True)
    assert report.listened_s > 0
    assert library.search("estuary high water").hits[0].segment == hit.segment
    assert library.verify().well


def test_reindex_needs_no_file(library, files):
    path = recording(files / "talk.wav", "", "granite", "")
    library.add(path)
    path.unlink()
    library.reindex()
    assert len(found(library, "granite")) == 1
    assert library.verify().well


def hit_of(library: Library, words: str) -> Hit:
    return library.search(words).hits[0]


def test_a_clip_of_a_place(library, files, tmp_path):
    path = recording(files / "talk.wav", *speech("granite", "harbour"))
    library.add(path)
    hit = hit_of(library, "harbour")
    clip = library.clip(hit, tmp_path / "clip.wav")
    assert clip.path.stat().st_size > 0
    span = hit.segment.locator
    assert isinstance(span, TimeSpan)
    assert clip.start_s <= span.start_s and clip.end_s >= min(span.end_s, clip.end_s)
    (files / "a.txt").write_text("tourmaline")
    library.add(files)
    with pytest.raises(UnsupportedFile, match="seconds"):
        library.clip(hit_of(library, "tourmaline"), tmp_path / "x.wav")


def test_evidence_is_drawn_from_unchanged_originals_only(library, files, tmp_path):
    path = recording(files / "talk.wav", "", "granite", "")
    library.add(path)
    hit = hit_of(library, "granite")
    os.utime(path, ns=(1, 1))  # touched: the digest tells that it is the same
    assert library.original(hit) == path
    recording(path, "", "harbour", "")
    for show in (library.original, lambda hit: library.clip(hit, tmp_path / "x.wav")):
        with pytest.raises(FileVanished, match="changed since it was read"):
            show(hit)
    path.unlink()
    with pytest.raises(FileVanished, match="not where it was seen"):
        library.original(hit)


def test_a_kept_copy_is_as_good_as_the_original(library, files, tmp_path):
    path = recording(files / "talk.wav", "", "granite", "")
    library.add(path, keep=True)
    hit = hit_of(library, "granite")
    path.unlink()
    assert library.original(hit).is_file()
    assert library.clip(hit, tmp_path / "x.wav").path.is_file()


def test_a_subtitle_file_that_comes_later_is_read_with_its_recording(open_library, files, tmp_path):
    path = recording(files / "talk.wav", "", "granite", "harbour", "")
    library = open_library(settings=logged(tmp_path))
    library.add(files)
    heard = len(calls(tmp_path))
    sidecar = files / "talk.srt"
    for word in ("tourmaline", "zirconium"):
        sidecar.write_text(f"1\n00:00:01,000 --> 00:00:02,000\nA {word} {'x' * len(word)}\n")
        library.add(sidecar)
        texts = [segment.text for segment in library.reading(path).segments]
        assert any(word in text for text in texts)
        assert library.search("granite").hits
    assert not any("tourmaline" in segment.text for segment in library.reading(path).segments)
    assert len(calls(tmp_path)) == heard
    assert library.status().pending_s == 0.0
    assert library.verify().well


def test_subtitles_beside_a_recording_are_no_document_of_their_own(library, files):
    recording(files / "talk.wav", "", "granite", "")
    for name in ("talk.en.srt", "other.srt"):
        (files / name).write_text(f"1\n00:00:01,000 --> 00:00:02,000\nA tourmaline of {name[:5]}\n")
    library.add(files)
    names = {Path(hit.occurrences[0].path).name for hit in library.search("tourmaline").hits}
    assert names == {"talk.wav", "other.srt"}
    assert [entry.line.code for entry in library.ledger(files / "talk.en.srt")] == ["subtitles"]
    assert library.add(files).unchanged == 3
    library.reindex()
    assert library.verify().well


def test_a_worker_pool_of_two_gives_the_same(open_library, files):
    path = long(files / "talk.wav")
    one = open_library(settings=SHORT)
    one.add(path)
    two = open_library(name="two", settings=replace(SHORT, ingesting=IngestingSettings(workers=2)))
    two.add(path)
    assert two.reading(path) == one.reading(path)
