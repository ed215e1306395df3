"""What can happen to the database of a server. The only place of the contract's tests that knows which database that is."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from support import full_disk, postgres
from support.server import Server


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Meanwhile nothing can be written: somebody else does, and takes long."""
    database = sqlite3.connect(server.data_dir / "karmen.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


def execute(server: Server, sql: str) -> None:
    """Changes the database behind the server's back."""
    if server.postgres_url:
        postgres.sql(server.postgres_url, sql)
        return
    database = sqlite3.connect(server.data_dir / "karmen.db", timeout=20)
    with database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute(sql)
    database.close()


def delete_user(server: Server, uuid: str) -> None:
    """Not to be had over HTTP."""
    server.change_rows(f"DELETE FROM users WHERE uuid = '{uuid}'")


def lose_users(server: Server) -> None:
    """From now on nobody can be looked up: a defect that no code expects."""
    execute(server, "ALTER TABLE users RENAME TO lost")


def delete_gcodes_at_once(server: Server) -> None:
    """As if somebody deleted each g-code in the moment in which it was stored."""
    deletes = "BEGIN DELETE FROM gcodes WHERE id = NEW.id;"
    if server.postgres_url:
        execute(server, f"CREATE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql AS $$ {deletes} RETURN NULL; END $$")
        execute(server, "CREATE TRIGGER at_once AFTER INSERT ON gcodes FOR EACH ROW EXECUTE FUNCTION at_once()")
    else:
        execute(server, f"CREATE TRIGGER at_once AFTER INSERT ON gcodes {deletes} END")


def destroy_database(server: Server) -> None:
    """The file is overwritten, as by a failing disk; a PostgreSQL knows it no more."""
    if server.postgres_url:
        name = urlsplit(server.postgres_url).path[1:]
        postgres.sql(postgres.server_url(), f"DROP DATABASE {name} WITH (FORCE)")
        return
    execute(server, "UPDATE users SET role = role")  # so that the server does not trust the pages that it holds
    file = server.data_dir / "karmen.db"
    database = sqlite3.connect(file)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with open(file, "r+b") as content:
        content.write(b"\xff" * file.stat().st_size)


def fill_disk_of_database(server: Server) -> None:
    """Restarts the server with a database that cannot grow."""
    server.stop()
    server.run_under = [sys.executable, str(Path(full_disk.__file__))]
    server.start()
