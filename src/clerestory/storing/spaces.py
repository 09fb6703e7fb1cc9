"""Which vector spaces the library has, and which one answers for each role now."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import tables as t
from clerestory.storing.database import Database
from clerestory.storing.rows import now
from clerestory.types import Space


class Spaces:
    """The spaces of one catalogue. A role ("text", "picture", "look", "sound") has one current space."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, role: str) -> Space | None:
        """The space that answers, or None when nothing was embedded for this role yet."""
        query = select(t.spaces).where(t.spaces.c.role == role, t.spaces.c.current)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Space(row.encoder, row.digest, row.dimension)

    def all(self, role: str) -> list[Space]:
        """Those of a role, oldest first: the one that answers, and those that are being filled."""
        return self.of_roles().get(role, [])

    def of_roles(self) -> dict[str, list[Space]]:
        """Role -> its spaces, oldest first."""
        query = select(t.spaces).order_by(t.spaces.c.made_at)
        found: dict[str, list[Space]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.role, []).append(Space(row.encoder, row.digest, row.dimension))
        return found

    def source(self, space: Space) -> str:
        """What ``record`` was told of how the encoder of ``space`` is named; empty if nothing."""
        query = select(t.spaces.c.source).where(t.spaces.c.space == space.name)
        with self._database.reading() as connection:
            return connection.execute(query).scalar() or ""

    def record(self, space: Space, *, role: str, source: str = "") -> None:
        """Note a space that is being filled; the first of its role answers at once.

        ``source`` is for whoever has to load its encoder when settings name another one.
        """
        with self._database.writing() as connection:
            taken = connection.execute(
                select(t.spaces.c.space).where(t.spaces.c.role == role, t.spaces.c.current)
            ).first()
            row = {
                "space": space.name,
                "role": role,
                "encoder": space.encoder,
                "digest": space.digest,
                "dimension": space.dimension,
                "current": taken is None,
                "made_at": now(),
                "source": source,
            }
            connection.execute(upsert(t.spaces).on_conflict_do_nothing(), [row])

    def switch(self, space: Space, *, role: str) -> None:
        """From now on ``space`` answers for ``role``, instead of the one before."""
        self.record(space, role=role)
        with self._database.writing() as connection:
            old = update(t.spaces).where(t.spaces.c.role == role, t.spaces.c.current)
            connection.execute(old.values(current=False))
            connection.execute(update(t.spaces).where(t.spaces.c.space == space.name).values(current=True))

    def forget(self, space: Space) -> None:
        """A space that does not answer and is not filled any more."""
        with self._database.writing() as connection:
            connection.execute(delete(t.spaces).where(t.spaces.c.space == space.name, ~t.spaces.c.current))
