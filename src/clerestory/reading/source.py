"""What a reader is given: one asset's bytes, wherever they lie, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clerestory.errors import EmptyFile, FileDenied, FileVanished, TooLarge


@dataclass(frozen=True, slots=True)
class Source:
    """One asset to read.

    ``path`` is where its bytes are now; ``asset`` their SHA-256 (hex); ``name`` the file
    name that people know, which may be wrong about the type; ``password`` opens
    encrypted documents.
    """

    path: Path
    asset: str
    name: str
    password: str | None = None

    def read_bytes(self, max_mb: int) -> bytes:
        """The whole content.

        Raises:
            EmptyFile, TooLarge, FileVanished, FileDenied
        """
        try:
            size = self.path.stat().st_size
            if size == 0:
                raise EmptyFile("the file has no bytes", where=self.name)
            if size > max_mb * 1_000_000:
                raise TooLarge(
                    f"{size / 1e6:,.0f} MB is over the limit of {max_mb:,} MB",
                    where=self.name,
                    fix="Raise reading.max_file_mb to read it.",
                )
            return self.path.read_bytes()
        except FileNotFoundError as error:
            raise FileVanished("the file is gone", where=self.name, fix="Add it again.") from error
        except PermissionError as error:
            raise FileDenied("no permission to read", where=self.name) from error
