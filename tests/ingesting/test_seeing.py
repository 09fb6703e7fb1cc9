"""Pictures of a library become vectors: once, whatever stops it, and again when the encoder is another."""

from __future__ import annotations

import base64
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests import fakes
from tests.conftest import FAKES, OneWorker
from tests.searching.pictures import paint, painted

from clerestory.errors import ClerestoryError, DiskFull, ModelMissing
from clerestory.ingesting import seeing, workers
from clerestory.ingesting.sights import LOOK, PICTURE
from clerestory.ingesting.workers import Done
from clerestory.library import Library
from clerestory.models.picture import unpacked
from clerestory.settings import Settings
from clerestory.storing.embedded import Embedded
from clerestory.storing.index import EVERYTHING

COLOURS = ("red", "green", "blue", "yellow")


class InThisProcess:
    """The pool's interface without processes."""

    def __init__(self, limits):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def prepare(self):
        pass

    def close(self, *, at_once=False):
        pass

    def run(self, function, tasks):
        for key, arguments in tasks:
            try:
                yield Done(key, function(*arguments), None)
            except ClerestoryError as error:
                yield Done(key, None, error)


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(workers, "WorkerPool", InThisProcess)


@pytest.fixture
def looked(monkeypatch):
    """How many pictures were embedded, by any encoder of this process."""
    numbers: list[int] = []
    embed = fakes.ColourNames.embed

    def counted(self, images):
        numbers.append(len(images))
        return embed(self, images)

    monkeypatch.setattr(fakes.ColourNames, "embed", counted)
    return numbers


@pytest.fixture
def four(files):
    paint(files, **{name: (name,) for name in COLOURS})
    (files / "notes.txt").write_text("The harbour wall is granite.")
    return files


def kept(library: Library, role: str = PICTURE) -> list[tuple[str, str]]:
    """(segment, picture) of each row in the space that answers."""
    stores = library._stores
    space = stores.catalogue.spaces.current(role)
    if space is None:
        return []
    readings = list(stores.index.readings(space))
    rows = stores.index.rows_of(space, readings)
    digests = [unpacked(content).digest for content in rows["tokens"].to_pylist()]
    return sorted(zip(rows["segment_id"].to_pylist(), digests, strict=True))


def shown(library: Library, colour: str) -> str:
    """The file of the picture that shows most of ``colour``, by the encoder whose vectors answer."""
    stores = library._stores
    encoder = library._pictures_or_none()
    space = stores.catalogue.spaces.current(PICTURE)
    assert encoder.space == space
    found = stores.index.near(space, encoder.embed_words([colour])[0], where=EVERYTHING, k=1)
    asset = library.asset(found["asset"][0].as_py())
    return asset.name


def settings_with(picture: str) -> Settings:
    return replace(OneWorker, models=replace(OneWorker.models, picture=picture))


def test_pictures_are_in_both_spaces_after_add(library, four):
    report = library.add(four, ocr="off")
    assert (report.seen, report.unseen, report.picture_error) == (4, 0, None)
    assert len(kept(library)) == len(kept(library, LOOK)) == 4
    assert {digest for _, digest in kept(library)} == {
        info.asset for info in library.assets() if info.media_type.startswith("image/")
    }
    assert [shown(library, colour) for colour in COLOURS] == [f"{colour}.png" for colour in COLOURS]
    status = library.status()
    assert status.unseen == 0 and status.picture_space.startswith("colour-names")
    assert library.verify().well


def test_again_nothing_is_looked_at_nor_loaded(here, open_library, four, looked):
    loads: list[Settings] = []

    def load(settings):
        loads.append(settings)
        return fakes.picture(settings)

    library = open_library(engines=replace(FAKES, picture=load))
    library.add(four, ocr="off")
    before, loads[:] = list(looked), []
    report = library.add(four, ocr="off")
    assert (report.seen, looked, loads) == (0, before, [])
    assert library.finish().seen == 0
    assert len(kept(library)) == 4


def test_texts_have_the_same_vectors_with_and_without_pictures(here, open_library, four):
    tables = []
    for name, pictures in (("a", "now"), ("b", "later")):
        library = open_library(name=name)
        library.add(four, ocr="off", pictures=pictures)
        stores = library._stores
        space = stores.catalogue.spaces.current("text")
        rows = stores.index.rows_of(space, list(stores.index.readings(space)))
        tables.append(rows.sort_by("segment_id").to_pylist())
    assert tables[0] == tables[1]
    assert len(tables[0]) == 5


def test_later_and_finish(here, library, four):
    report = library.add(four, ocr="off", pictures="later")
    assert (report.seen, report.unseen) == (0, 4)
    assert kept(library) == []
    assert library.search("granite").hits
    assert library.finish().seen == 4
    assert library.status().unseen == 0 and shown(library, "blue") == "blue.png"


def no_weights(_: Settings):
    raise ModelMissing("the weights are not on this machine", fix="Run `clerestory models pull`.")


def test_without_weights_texts_are_found_and_pictures_wait(here, open_library, four):
    library = open_library(engines=replace(FAKES, picture=no_weights))
    report = library.add(four, ocr="off")
    assert isinstance(report.picture_error, ModelMissing)
    assert (len(report.added), report.failed, report.seen, report.unseen) == (5, (), 0, 4)
    assert library.search("granite").hits
    assert library.verify().well
    library.close()
    library = open_library()
    assert library.finish().seen == 4
    assert shown(library, "green") == "green.png"


def data(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def test_pictures_inside_documents_are_seen_and_icons_are_not(here, library, files):
    icon = painted("green", side=16)
    (files / "page.html").write_text(
        f"<h1>Harbour</h1><p>Before the wall was built.</p><figure><img src='{data(painted('red'))}'>"
        f"<figcaption>The wall</figcaption></figure><p>And after.</p><img src='{data(icon)}'>"
    )
    report = library.add(files, ocr="off")
    assert (report.seen, report.unseen) == (1, 0)
    ((segment, digest),) = kept(library)
    reading = library.reading(files / "page.html")
    assert segment in {one.id for one in reading.segments if digest in one.objects}
    assert shown(library, "red") == "page.html"
    assert library.verify().well


def test_a_picture_that_is_damaged_is_in_the_ledger_and_the_others_go_on(here, library, files, monkeypatch):
    paint(files, red=("red",), blue=("blue",))
    library.add(files, ocr="off", pictures="later")
    for path in (files / "red.png", library._stores.objects.path(thumbnail(library, files / "red.png"))):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:60])
    report = library.finish()
    assert (report.seen, report.unseen, report.failed) == (1, 0, ())
    (line,) = [entry.line for entry in library.ledger(files / "red.png")]
    assert line.code == "picture-not-seen" and line.reason.startswith("it cannot be found by what it shows")
    assert [digest for _, digest in kept(library)] == [library.asset(files / "blue.png").asset]
    assert library.finish().seen == 0  # it is not tried again and again


def thumbnail(library: Library, path: Path) -> str:
    return next(item.digest for item in library.reading(path).objects if item.role == "thumbnail")


def test_where_the_original_is_away_its_thumbnail_is_looked_at(here, library, four):
    library.add(four, ocr="off", pictures="later")
    (four / "red.png").unlink()
    Image.new("RGB", (300, 200), "white").save(four / "blue.png")
    assert library.finish().seen == 4
    assert shown(library, "red") == "red.png"
    assert shown(library, "blue") == "blue.png"


def dies(*_, **__):
    raise KeyboardInterrupt


STEPS = [
    ("append_vectors", 1),  # before anything is there
    ("append_vectors", 2),  # one space has the rows
    ("record", 1),  # both have, and the catalogue does not know
    ("record", 2),  # it knows of one
]


@pytest.mark.parametrize(("step", "call"), STEPS)
def test_whatever_the_moment_of_an_end_nothing_is_lost_or_doubled(
    here, open_library, four, monkeypatch, step, call
):
    library = open_library()
    library.add(four, ocr="off", pictures="later")
    where = type(library._stores.index) if step == "append_vectors" else Embedded
    whole, calls = getattr(where, step), []

    def interrupted(*arguments, **named):
        calls.append(step)
        if len(calls) == call:
            raise KeyboardInterrupt
        return whole(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(where, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            library.finish()
    library.close()
    library = open_library()
    library.finish()
    assert len(kept(library)) == len(set(kept(library))) == 4
    assert kept(library, LOOK) == kept(library)
    assert library.status().unseen == 0
    assert library.verify().well
    assert shown(library, "yellow") == "yellow.png"


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.conftest import FAKES, OneWorker
from tests.ingesting.test_seeing import InThisProcess
from clerestory.ingesting import seeing, workers
from clerestory.library import Library
from clerestory.storing.embedded import Embedded

top = Path(sys.argv[1])
workers.WorkerPool = InThisProcess
seeing.TASK_PICTURES = seeing.FLUSH_ROWS = 1
record, calls = Embedded.record, []

def record_until_killed(*arguments, **named):
    calls.append(1)
    if len(calls) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    record(*arguments, **named)

Embedded.record = record_until_killed
with Library.open(top / "library", settings=OneWorker, engines=FAKES) as library:
    library.add(top / "files", ocr="off")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_after_a_kill_only_the_rest_is_looked_at(here, open_library, four, tmp_path, looked):
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2])
    assert child.returncode == -signal.SIGKILL
    library = open_library()
    report = library.add(four, ocr="off")
    assert report.added == () and 0 < sum(looked) < 4
    assert len(kept(library)) == len(set(kept(library))) == 4
    assert kept(library, LOOK) == kept(library)
    assert library.verify().well


def test_another_encoder_fills_its_space_while_the_old_one_answers(
    here, open_library, four, monkeypatch, looked
):
    open_library().add(four, ocr="off")
    library = open_library(settings=settings_with("hues"))
    old = library._stores.catalogue.spaces.current(PICTURE)
    index, seen = type(library._stores.index), []
    append = index.append_vectors

    def full(self, rows, *, space, batch):
        if space.encoder == "hues":
            seen.append(shown(library, "blue"))  # in the middle of it the old one answers
            if len(seen) == 2:
                raise DiskFull("no space left on the disk")
        append(self, rows, space=space, batch=batch)

    monkeypatch.setattr(seeing, "FLUSH_ROWS", 1)
    monkeypatch.setattr(seeing, "TASK_PICTURES", 1)
    with monkeypatch.context() as patched:
        patched.setattr(index, "append_vectors", full)
        with pytest.raises(DiskFull):
            library.finish()
    assert seen == ["blue.png"] * 2
    spaces = library._stores.catalogue.spaces
    assert spaces.current(PICTURE) == old
    assert [space.encoder for space in spaces.all(PICTURE)] == ["colour-names", "hues"]
    assert shown(library, "red") == "red.png"
    before = sum(looked)
    report = library.finish()
    assert report.unseen == 0 and sum(looked) - before < 4
    assert [space.encoder for space in spaces.all(PICTURE)] == ["hues"]
    assert old.name not in library._stores.index.counts()
    assert shown(library, "red") == "red.png"
    assert len(kept(library)) == 4 and library.verify().well


def test_an_encoder_that_was_given_up_again_leaves_nothing(here, open_library, four, monkeypatch):
    open_library().add(four, ocr="off")
    library = open_library(settings=settings_with("hues"))
    with monkeypatch.context() as patched:
        patched.setattr(Embedded, "record", dies)
        with pytest.raises(KeyboardInterrupt):
            library.finish()
    library.close()
    library = open_library()
    assert library.finish().seen == 0
    spaces = library._stores.catalogue.spaces
    assert [space.encoder for space in spaces.all(PICTURE)] == ["colour-names"]
    assert not [name for name in library._stores.index.counts() if name.startswith("hues")]
    assert shown(library, "green") == "green.png"


def test_where_the_old_encoder_is_gone_the_new_one_answers_as_far_as_it_is(here, open_library, four):
    def only_hues(settings):
        return fakes.picture(settings) if settings.models.picture == "hues" else no_weights(settings)

    open_library().add(four, ocr="off")
    library = open_library(settings=settings_with("hues"), engines=replace(FAKES, picture=only_hues))
    assert library._pictures_or_none().space.encoder == "hues"
    library.finish()
    assert shown(library, "red") == "red.png"


def test_new_weights_that_are_not_there_yet_leave_the_old_ones_answering(here, open_library, four):
    def only_colours(settings):
        return no_weights(settings) if settings.models.picture == "hues" else fakes.picture(settings)

    open_library().add(four, ocr="off")
    library = open_library(settings=settings_with("hues"), engines=replace(FAKES, picture=only_colours))
    assert isinstance(library.finish().picture_error, ModelMissing)
    assert shown(library, "red") == "red.png"


def test_out_of_the_library_and_back(here, library, four):
    library.add(four, ocr="off")
    gone = library.asset(four / "red.png").asset
    library.remove(four / "red.png")
    assert gone not in {digest for _, digest in kept(library)}
    assert library.verify().well
    library.restore(four / "red.png")
    assert gone in {digest for _, digest in kept(library)}
    assert shown(library, "red") == "red.png"
    library.remove(four / "red.png")
    library.purge()
    assert library.verify().well
    digest = bytes.fromhex(gone)
    for path in library.path.rglob("*"):
        assert not path.is_file() or digest not in path.read_bytes(), path


def test_reindex_takes_the_vectors_along(here, library, four, looked):
    library.add(four, ocr="off")
    before, rows = list(looked), kept(library)
    library.reindex()
    assert looked == before and kept(library) == rows
    assert shown(library, "blue") == "blue.png"
    assert library.verify().well


def test_reindex_looks_again_at_what_it_cannot_read(here, library, four):
    library.add(four, ocr="off")
    rows, space = kept(library), library._stores.catalogue.spaces.current(PICTURE)
    for path in (library.path / "index" / f"space-{space.name}.lance" / "data").iterdir():
        path.write_bytes(b"nonsense")
    library.reindex()
    assert kept(library) == rows and kept(library, LOOK) == rows
    assert library.verify().well


def test_verify_finds_lost_vectors_and_finish_makes_them_again(here, library, four):
    library.add(four, ocr="off")
    stores = library._stores
    space = stores.catalogue.spaces.current(LOOK)
    lost = next(iter(stores.index.readings(space)))
    stores.index.remove_readings([lost], space=space)
    (problem,) = library.verify().problems
    assert space.name in problem.what and "finish" in problem.fix
    assert library.finish().seen == 1
    assert library.verify().well and len(kept(library, LOOK)) == 4


def test_a_picture_whose_text_was_read_keeps_its_vectors(here, library, four, looked):
    report = library.add(four)
    assert report.recognised == 4
    assert report.seen == sum(looked) == 4
    assert len(kept(library)) == 4 and library.verify().well
    (segment,) = library.reading(four / "red.png").segments
    assert segment.text.startswith("crimson") and segment.id in {one for one, _ in kept(library)}


def test_two_files_of_one_picture_are_one_row_and_every_page_of_a_fax_is_its_own(here, library, files):
    paint(files, red=("red",))
    (files / "copy.png").write_bytes((files / "red.png").read_bytes())
    pages = [Image.new("RGB", (300, 400), fakes.COLOURS[name]) for name in ("green", "blue")]
    pages[0].save(files / "fax.tif", save_all=True, append_images=pages[1:])
    assert library.add(files, ocr="off").seen == 3
    space = library._stores.catalogue.spaces.current(PICTURE)
    encoder = library._pictures_or_none()
    found = library._stores.index.near(space, encoder.embed_words(["blue"])[0], where=EVERYTHING, k=1)
    assert found["place"].to_pylist() == ["p2"] and len(kept(library)) == 3


def test_a_library_from_before_is_brought_up_to_date(here, open_library, four):
    library = open_library()
    library.add(four, ocr="off", pictures="later")
    library.close()
    with closing(sqlite3.connect(library.path / "catalogue.sqlite")) as plain, plain:
        plain.execute("DROP TABLE embedded")
        plain.execute("ALTER TABLE spaces DROP COLUMN source")
        plain.execute("PRAGMA user_version = 2")
    library = open_library()
    assert library.search("granite").hits  # without anything done
    assert library.status().unseen == 4
    assert library.verify().well
    assert library.add(four / "red.png", ocr="off").seen == 1  # what is named, and not all in one go
    assert library.finish().seen == 3
    assert shown(library, "blue") == "blue.png" and library.verify().well


def kills_its_worker(settings: Settings):
    return Killer()


class Killer(fakes.ColourNames):
    """Of a picture that is mostly black it dies."""

    def embed(self, images):
        for image in images:
            if np.asarray(image).mean() < 10:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().embed(images)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_picture_that_kills_its_worker_takes_no_other_with_it(open_library, files):
    paint(files, red=("red",), blue=("blue",))
    Image.new("RGB", (200, 200), "black").save(files / "night.png")
    library = open_library(engines=replace(FAKES, picture=kills_its_worker))
    report = library.add(files, ocr="off")
    assert (report.seen, report.unseen) == (2, 0)
    (line,) = [entry.line for entry in library.ledger(files / "night.png")]
    assert line.code == "picture-not-seen"
    assert library.verify().well
