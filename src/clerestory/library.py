"""The front door: a folder that takes in files and finds the exact place that answers.

>>> from clerestory import Library                                    # doctest: +SKIP
>>> with Library.open("my-library") as library:                       # doctest: +SKIP
...     library.add(["~/manuals"])
...     for hit in library.search("how to reset the gauge").hits:
...         print(hit.title, hit.segment.locator)

Thin: each method opens what it needs and calls the room that knows. Reading methods may be
called from several threads and while another process writes; methods that change the
library take the writer's lease and raise ``StoreBusy`` when another process has it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clerestory import settings as settings_room
from clerestory.errors import ModelMissing, UnknownAsset
from clerestory.ingesting.engines import Engines
from clerestory.ingesting.report import AddReport, Listener, silent
from clerestory.settings import Settings
from clerestory.types import Answer, Citation, Filter, Group, Hit, Query, Reading, SearchResult, Severity

if TYPE_CHECKING:
    from PIL.Image import Image

    from clerestory.ingesting.inventory import AssetInfo, LedgerEntry, LibraryStatus, VerifyReport
    from clerestory.ingesting.runs import Gone
    from clerestory.ingesting.stores import Stores
    from clerestory.ingesting.work import AddOptions, Work
    from clerestory.models.picture import PictureEncoder
    from clerestory.models.text import TextEncoder
    from clerestory.reading.media.clips import Clip
    from clerestory.reading.speech.listening import Ears
    from clerestory.searching.ranking import OpenLibrary
    from clerestory.storing.index import RowFilter
    from clerestory.types import Space

Path_ = str | os.PathLike[str]
When = Literal["now", "later", "off"]
EVERYTHING = Filter()


class Library:
    """An open library. Use it as a context manager, or ``close`` it."""

    def __init__(self, stores: Stores, settings: Settings, engines: Engines) -> None:
        """Use ``Library.open``."""
        self.settings = settings
        self.engines = engines
        self._stores = stores
        self._encoder: TextEncoder | None = None
        self._pictures: PictureEncoder | None = None
        self._answering: Space | None = None  # the space of pictures when it was loaded
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path_,
        *,
        create: bool = True,
        settings: Settings | None = None,
        engines: Engines | None = None,
    ) -> Library:
        """The library at ``path``, made if there is none and ``create`` is set.

        ``settings`` replaces those of the files and the environment; ``engines`` says how
        models are loaded (tests pass fakes).

        Raises:
            UnknownLibrary: no library there (``create=False``), or the folder holds other things,
                or a newer version made it.
            BadSettings, StoreCorrupt
        """
        from clerestory.ingesting.stores import Stores
        from clerestory.storing.folder import LibraryFolder

        folder = Path(path).expanduser()
        opened = LibraryFolder.create(folder) if create else LibraryFolder.open(folder)
        if settings is None:
            settings = settings_room.load(settings_room.user_file(), opened.settings_file)
        return cls(Stores.open(opened), settings, engines or Engines())

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and models. The library can be opened again."""
        self._stores.close()
        self._encoder = self._pictures = None

    @property
    def path(self) -> Path:
        """The library's folder."""
        return self._stores.folder.path

    # Filling

    def add(
        self,
        paths: Path_ | Sequence[Path_],
        *,
        licence: str = "",
        attribution: str = "",
        password: str | None = None,
        keep: bool = False,
        rehash: bool = False,
        ocr: When = "now",
        media: When = "now",
        pictures: Literal["now", "later"] = "now",
        listener: Listener = silent,
    ) -> AddReport:
        """Take in files and folders; what is in the library already costs a stat.

        ``licence`` and ``attribution`` are noted for these paths. ``password`` opens encrypted
        documents; it is not stored. ``keep`` copies originals into the library. ``rehash``
        compares content instead of time stamps, and makes damaged files of the library again.
        ``ocr``: read text in pictures ``now``, ``later`` (``finish``), or not at all; ``media``:
        the same for hearing recordings and watching videos (with the text that is seen in them).
        ``pictures``: look at what they show ``now``, once all texts can be found, or ``later``.

        A file that cannot be read is in ``AddReport.failed`` and in the ledger; the others are
        taken in. Interrupted, it goes on when it is called again. What was removed on purpose
        stays in the trash unless it is named itself.

        Raises:
            StoreBusy, DiskFull
            ModelMissing, ModelCorrupt: there is something to index and no text encoder.
        """
        from clerestory.ingesting.work import AddOptions

        options = AddOptions(licence, attribution, password, keep, rehash, ocr, media, pictures)
        return self._add(_listed(paths), options, listener)

    def sync(
        self,
        paths: Path_ | Sequence[Path_],
        *,
        prune: bool = False,
        force: bool = False,
        licence: str = "",
        attribution: str = "",
        password: str | None = None,
        keep: bool = False,
        rehash: bool = False,
        ocr: When = "now",
        media: When = "now",
        pictures: Literal["now", "later"] = "now",
        listener: Listener = silent,
    ) -> AddReport:
        """``add``, and say what is gone from these folders; ``prune`` puts that into the trash.

        Raises:
            FileVanished: a whole folder is gone or empty, as when its disk is not mounted;
                nothing is pruned then unless ``force`` is set.
            What ``add`` raises.
        """
        from clerestory.ingesting.runs import Gone
        from clerestory.ingesting.work import AddOptions

        options = AddOptions(licence, attribution, password, keep, rehash, ocr, media, pictures)
        return self._add(_listed(paths), options, listener, gone=Gone(prune, force))

    def finish(self, *, password: str | None = None, listener: Listener = silent) -> AddReport:
        """Do what was put off: readings that are not indexed, pictures that wait to be looked
        at, places that wait for OCR, and recordings and videos that wait to be heard and watched.

        Where the settings name another encoder of pictures than before, all are looked at anew;
        the old vectors answer until that is done.

        Raises:
            StoreBusy, DiskFull, ModelMissing, ModelCorrupt
        """
        from clerestory.ingesting.runs import run_finish

        work = self._work(listener)
        with self._stores.writing("finish"), work.pool:
            return run_finish(work, password=password)

    # Finding

    def search(
        self,
        query: str | Query = "",
        *,
        images: Sequence[Path_ | bytes] = (),
        audio: Sequence[Path_ | bytes] = (),
        without: Sequence[str] = (),
        region: tuple[float, float, float, float] | None = None,
        limit: int | None = None,
        filter: Filter = EVERYTHING,
        neighbours: int = 0,
    ) -> SearchResult:
        """The places that fit the query, best first, at most ``limit`` (else ``searching.limit``).

        ``images`` (paths, or the bytes of files) are looked for by what they show and how they
        look; words beside them say how what is meant differs. Of the first, ``region`` (left,
        top, right, bottom as shares of its sides) is the part that is meant. What is said in
        ``audio`` counts as words. ``without`` names what must not be in it.
        ``neighbours`` adds that many segments before and after each hit, as context.

        Raises:
            UnsupportedQuery: nothing is asked, or the model for it is not on this machine.
            UnreadableFile, UnsupportedFile, TooLarge: a file of the query cannot be read.
            ModelMissing, ModelCorrupt: there is nothing to hear ``audio`` with.
            StoreCorrupt
        """
        from clerestory.searching.asking import query_of
        from clerestory.searching.search import search

        return search(
            query_of(query, images=images, audio=audio, without=without, region=region),
            index=self._stores.index,
            readings=self._stores.readings,
            catalogue=self._stores.catalogue,
            encoder=self._encoder_or_none(),
            pictures=self._pictures_or_none,
            ears=self._ears,
            settings=self.settings.searching,
            max_pixels=self.settings.reading.max_pixels,
            filter=filter,
            limit=limit or self.settings.searching.limit,
            neighbours=neighbours,
        )

    def like(
        self, hit: Hit, *, limit: int | None = None, filter: Filter = EVERYTHING, neighbours: int = 0
    ) -> SearchResult:
        """More like this: other places whose pictures look alike or whose words mean the like.

        Of a hit's pictures the one that was found counts. It takes the vectors that are kept, so
        that no model is needed; copies of the place are left out.

        Raises:
            StoreCorrupt
        """
        from clerestory.searching.likeness import like

        return like(
            hit,
            library=self._opened(),
            where=self._admitted(filter),
            limit=limit or self.settings.searching.limit,
            neighbours=neighbours,
        )

    def copies(self, *, filter: Filter = EVERYTHING, listener: Listener = silent) -> tuple[Group, ...] | None:
        """Pictures of different files that are near-duplicates, the largest group first.

        Nothing is removed. None where no picture of the library was embedded yet.

        Raises:
            StoreCorrupt
        """
        from clerestory.searching.copies import copies

        return copies(
            self._opened(),
            self._admitted(filter),
            object_bytes=self._stores.objects.read,
            listener=listener,
        )

    def clusters(
        self, *, count: int | None = None, pictures: int = 3, filter: Filter = EVERYTHING
    ) -> tuple[Group, ...] | None:
        """The library's pictures parted by what they show, the largest cluster first.

        ``count``: how many clusters at most, else about the root of half the number of pictures;
        each comes with up to ``pictures`` that stand for it. None where no picture of the
        library was embedded yet.

        Raises:
            StoreCorrupt
        """
        from clerestory.searching.clusters import clusters

        return clusters(self._opened(), self._admitted(filter), count=count, pictures=pictures)

    def ask(self, question: str, *, filter: Filter = EVERYTHING, limit: int = 3) -> Answer:
        """The few sentences or rows that answer, quoted with their places, or "not found".

        Raises:
            StoreCorrupt
        """
        from clerestory.answering.quoting import answer

        return answer(
            question,
            search=lambda text, hits: self.search(text, limit=hits, filter=filter),
            encoder=self._encoder_or_none(),
            limit=limit,
        )

    # Looking

    def assets(self) -> list[AssetInfo]:
        """Everything in the library, oldest first; not the trash."""
        return self._infos(None, removed=False)

    def asset(self, target: Path_) -> AssetInfo:
        """The asset at a path, or with this digest or the beginning of it.

        Raises:
            UnknownAsset: none, or more than one.
        """
        from clerestory.ingesting.removing import resolve

        found = resolve(self._stores, [target])
        if len(found) > 1:
            raise UnknownAsset(f"{len(found)} assets fit", where=os.fspath(target), fix="Name one file.")
        infos = self._infos(found, removed=False) or self._infos(found, removed=True)
        return infos[0]

    def ledger(self, target: Path_ | None = None, *, severity: Severity | None = None) -> list[LedgerEntry]:
        """What was not read or not understood, and why: of all, or of a path, folder or digest.

        Raises:
            UnknownAsset: the target is not in the library and no failure is noted for it.
        """
        from clerestory.ingesting.looking import ledger

        return ledger(self._stores, target, severity=severity)

    def status(self) -> LibraryStatus:
        """The library in numbers."""
        from clerestory.ingesting.looking import status

        return status(self._stores)

    def reading(self, target: Path_) -> Reading:
        """What was read from an asset: segments, ledger, facts. Objects come without their bytes.

        Raises:
            UnknownAsset: not in the library, or nothing could be read from it.
            StoreCorrupt
        """
        info = self.asset(target)
        record = self._stores.catalogue.current_readings([info.asset]).get(info.asset)
        if record is None:
            raise UnknownAsset(
                "nothing could be read from it", where=info.name, fix="`clerestory ledger` says why."
            )
        return self._stores.readings.load(record.reading)

    def object_bytes(self, digest: str) -> bytes:
        """The bytes of a derived object: a crop, an embedded picture, the extracted text.

        Raises:
            StoreCorrupt: the library has lost them.
        """
        return self._stores.objects.read(digest)

    def picture(
        self,
        place: Hit | Citation,
        *,
        whole_page: bool = False,
        matched: bool = False,
        longest_side: int = 1200,
        password: str | None = None,
    ) -> Image:
        """The place with a little around it, or its whole page with the place framed in amber.

        ``matched``: of a hit that was found by a picture that picture alone, with the part of
        it framed that the words are about.

        Raises:
            FileVanished: the original is away or has changed since it was read, and no picture
                of the place was stored.
            UnsupportedFile: places in this kind of file have no picture.
            WrongPassword, UnreadableFile
        """
        from clerestory.evidence import picture

        return picture(
            self._stores,
            place,
            self.settings.reading,
            whole_page=whole_page,
            matched=matched,
            longest_side=longest_side,
            password=password,
        )

    def contact_sheet(self, places: Sequence[Hit | Citation], *, columns: int = 0, side: int = 320) -> Image:
        """The pictures of these places on one sheet, each with its name and place, in their order.

        ``columns`` 0 is as many as make the sheet about square; ``side``: pixels of one picture.
        What has no picture, or whose file is away, leaves an empty plate that says so.

        Raises:
            ValueError: no places, or more than fit on a sheet of 16,000 pixels.
        """
        from clerestory.contact_sheet import contact_sheet
        from clerestory.evidence import tile

        tiles = [tile(self._stores, place, self.settings.reading, side=side) for place in places]
        return contact_sheet(tiles, columns=columns, side=side)

    def clip(
        self, place: Hit | Citation, target: Path_, *, margin_s: float = 0.5, playable: bool = False
    ) -> Clip:
        """The seconds of the place, and ``margin_s`` before and after, as a file of their own.

        Cut without encoding anew where the container allows it; the clip says which seconds
        it really holds, and ``target`` gets the ending that fits. A place in a video comes
        with its pictures. ``playable`` encodes anew what browsers do not play. A file that
        is there already is written over.

        Raises:
            FileVanished: the original is away or has changed since it was read.
            UnsupportedFile: the place is none of a recording or video, or ``target`` is the
                original itself.
            UnreadableFile
        """
        from clerestory.evidence import clip

        target = Path(target).expanduser()
        return clip(self._stores, place, target, margin_s=margin_s, playable=playable)

    def original(self, place: Hit | Citation) -> Path:
        """The file of the place, with the bytes that were read, or the copy that was kept of it.

        Raises:
            FileVanished: it is away or has changed since it was read, and none was kept.
        """
        from clerestory.evidence import source_of

        return source_of(self._stores, place).path

    # Taking out

    def remove(self, targets: Path_ | Sequence[Path_]) -> list[AssetInfo]:
        """Put assets into the trash; they answer no query any more. Originals are not touched.

        Raises:
            UnknownAsset, StoreBusy
        """
        from clerestory.ingesting.removing import remove

        with self._stores.writing("remove"):
            removed = remove(self._stores, _listed(targets))
        return self._infos(removed, removed=True)

    def restore(self, targets: Path_ | Sequence[Path_], *, listener: Listener = silent) -> list[AssetInfo]:
        """Take assets out of the trash.

        Without the model for pictures theirs wait for ``finish``.

        Raises:
            UnknownAsset, StoreBusy, ModelMissing
        """
        from clerestory.ingesting.removing import restore
        from clerestory.ingesting.seeing import see_pictures
        from clerestory.ingesting.sounding import embed_sounds

        work = self._work(listener)
        with self._stores.writing("restore"), work.pool:
            restored = restore(self._stores, _listed(targets))
            self._index_waiting(work)
            see_pictures(work, assets=restored)
            embed_sounds(self._stores, assets=restored)
        return self._infos(restored, removed=False)

    def trash(self) -> list[AssetInfo]:
        """What is in the trash, oldest first."""
        return self._infos(None, removed=True)

    def purge(self, targets: Path_ | Sequence[Path_] | None = None) -> list[AssetInfo]:
        """Delete what is in the trash, or these of it, for good: no file of the library holds it any more.

        Raises:
            UnknownAsset, StoreBusy
        """
        from clerestory.ingesting.removing import purge

        with self._stores.writing("purge"):
            before = {info.asset: info for info in self.trash()}
            purged = purge(self._stores, None if targets is None else _listed(targets))
        return [before[asset] for asset in purged]

    # Looking after

    def verify(self, *, listener: Listener = silent) -> VerifyReport:
        """Compare every stored byte with its digest, and catalogue, files and index with each other."""
        from clerestory.ingesting.verifying import verify

        return verify(self._work(listener))

    def reindex(self, *, listener: Listener = silent) -> None:
        """Build the index anew from the readings, with the text encoder of the settings.

        Vectors of pictures are taken along; pictures that wait, or whose encoder is another one
        now, are looked at.

        Raises:
            StoreBusy, DiskFull, ModelMissing, ModelCorrupt
        """
        from clerestory.ingesting.reindexing import reindex
        from clerestory.ingesting.seeing import see_pictures
        from clerestory.ingesting.sounding import embed_sounds
        from clerestory.ingesting.stores import open_index

        with self._stores.writing("reindex"):
            reindex(self._work(listener))
            # What the process still knows of the old files must not answer for the new ones.
            self._stores = replace(self._stores, index=open_index(self._stores.folder))
            work = self._work(listener)
            with work.pool:
                see_pictures(work)
            embed_sounds(self._stores)

    # Inside

    def _opened(self) -> OpenLibrary:
        """The stores for what takes kept vectors alone."""
        from clerestory.searching.ranking import OpenLibrary

        stores = self._stores
        return OpenLibrary(stores.index, stores.readings, stores.catalogue, None, self.settings.searching)

    def _admitted(self, filter: Filter) -> RowFilter | None:
        from clerestory.searching.search import admitted

        return admitted(filter, self._stores.catalogue)

    def _add(
        self, paths: Sequence[Path_], options: AddOptions, listener: Listener, *, gone: Gone | None = None
    ) -> AddReport:
        from clerestory.ingesting.runs import run_add

        work = self._work(listener)
        with self._stores.writing("sync" if gone else "add"), work.pool:
            return run_add(work, [Path(path).expanduser() for path in paths], options, gone=gone)

    def _index_waiting(self, work: Work) -> None:
        from clerestory.ingesting.adding import index_waiting

        index_waiting(work)

    def _work(self, listener: Listener) -> Work:
        from clerestory.ingesting.work import Work
        from clerestory.ingesting.workers import Limits, WorkerPool

        workers = self.settings.ingesting
        limits = Limits(workers.workers, workers.worker_memory_mb, float(workers.worker_seconds))
        pool = WorkerPool(limits)
        return Work(self._stores, self.engines, self._text_encoder, self.settings, pool, listener)

    def _text_encoder(self) -> TextEncoder:
        with self._lock:
            if self._encoder is None:
                self._encoder = self.engines.text(self.settings)
            return self._encoder

    def _encoder_or_none(self) -> TextEncoder | None:
        """Without weights a search still finds words, and says so."""
        try:
            return self._text_encoder()
        except ModelMissing:
            return None

    def _pictures_or_none(self) -> PictureEncoder | None:
        """The encoder whose vectors answer. Without its weights a search sees no pictures."""
        from clerestory.ingesting.engines import answering_picture

        spaces = self._stores.catalogue.spaces
        answering = spaces.current("picture")
        try:
            with self._lock:
                # Another one answers since the last search, or what was loaded could not answer then.
                if self._pictures is None or answering != self._answering:
                    self._pictures = answering_picture(self.engines, self.settings, spaces)
                    self._answering = answering
                return self._pictures
        except ModelMissing:
            return None

    def _ears(self) -> Ears:
        from clerestory.reading.speech.listening import Ears

        return Ears(self.engines.speech(self.settings), self.engines.voice_activity(self.settings))

    def _infos(self, assets: list[str] | None, *, removed: bool) -> list[AssetInfo]:
        from clerestory.ingesting.looking import asset_infos

        return asset_infos(self._stores, assets, removed=removed)


def _listed(paths: Path_ | Sequence[Path_]) -> list[Path_]:
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)
