import sqlite3

import pytest
from sqlalchemy import text

from clerestory.errors import DiskFull, StoreBusy
from clerestory.storing import database as module
from clerestory.storing.database import Database, chunks


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "file.sqlite")
    with opened.writing() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    yield opened
    opened.close()


def test_a_block_is_all_or_nothing(database):
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        raise ZeroDivisionError
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_durable_and_strict(database):
    with database.reading() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_reader_sees_one_state_while_others_write(database):
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
        with database.writing() as other:
            other.execute(text("INSERT INTO t VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_a_locked_file_is_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BUSY_S", 0.05)
    opened = Database(tmp_path / "file.sqlite")
    with opened.reading():
        pass
    other = sqlite3.connect(tmp_path / "file.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked"), opened.writing():
        pass
    other.close()
    opened.close()


def test_the_log_is_not_emptied_under_a_reader(database):
    plain = sqlite3.connect(database.path, isolation_level=None)
    plain.execute("BEGIN")
    plain.execute("SELECT * FROM t").fetchall()
    with database.writing() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with database.reading() as connection:
        connection.execute(text("PRAGMA busy_timeout = 10"))
    with pytest.raises(StoreBusy, match="log"):
        database.shrink_log()
    plain.close()
    database.shrink_log()


def test_a_full_disk(database):
    with pytest.raises(DiskFull), database.writing() as connection:
        connection.execute(text("PRAGMA max_page_count = 3"))
        for _ in range(100):
            connection.execute(text("INSERT INTO t VALUES (hex(randomblob(4000)))"))


def test_chunks_cover_everything():
    assert [len(part) for part in chunks(range(25_000))] == [10_000, 10_000, 5_000]
    assert list(chunks([])) == []
