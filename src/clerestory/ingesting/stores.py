"""The open parts of one library, handed around as one value."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.folder import LibraryFolder
    from clerestory.storing.index import Index
    from clerestory.storing.objects import ObjectStore
    from clerestory.storing.readings import ReadingStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Where everything of a library is kept."""

    folder: LibraryFolder
    catalogue: Catalogue
    objects: ObjectStore
    readings: ReadingStore
    index: Index

    @classmethod
    def open(cls, folder: LibraryFolder) -> Stores:
        """Raises: UnknownLibrary, StoreCorrupt."""
        from clerestory.storing.catalogue import Catalogue
        from clerestory.storing.objects import ObjectStore
        from clerestory.storing.readings import ReadingStore

        return cls(
            folder,
            Catalogue(folder.catalogue_file),
            ObjectStore(folder.objects, temporary=folder.temporary),
            ReadingStore(folder.readings, temporary=folder.temporary),
            open_index(folder),
        )

    def close(self) -> None:
        with contextlib.ExitStack() as stack:
            for part in (self.catalogue, self.readings):
                stack.callback(part.close)

    @contextlib.contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """The writer's lease, with what a crashed writer left behind put in order.

        Raises:
            StoreBusy: another process is writing.
        """
        from clerestory.ingesting.repair import repair

        with self.folder.writer(purpose):
            repair(self)
            yield


def open_index(folder: LibraryFolder) -> Index:
    from clerestory.storing.lance import LanceIndex

    # Lance reads it when it is imported. Its warnings would run through people's progress bars.
    os.environ.setdefault("LANCE_LOG", "error")

    return LanceIndex(folder.index)
