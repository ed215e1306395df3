"""What can happen to the database of a server. The only place of the contract's tests that knows which database that is."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support import full_disk, postgres
from support.server import Server


@contextmanager
def locked_tables(url: str, tables: str) -> Iterator[None]:
    """Meanwhile these tables of a PostgreSQL database cannot be written."""
    holder = subprocess.Popen([*postgres.PSQL, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdin and holder.stdout
    holder.stdin.write(f"BEGIN; LOCK TABLE {tables} IN EXCLUSIVE MODE;\n\\echo locked\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "locked\n"
    try:
        yield
    finally:
        holder.communicate("ROLLBACK;\n", timeout=20)


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Meanwhile nothing can be written: somebody else does, and takes long."""
    if url := server.postgres_url:
        with locked_tables(url, "users, local_users, api_tokens, gcodes, printjobs, printers, settings"):
            yield
        return
    database = sqlite3.connect(server.data_dir / "karmen.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


def execute(server: Server, sql: str, values: tuple[Any, ...] = ()) -> int:
    """Changes the database behind the server's back. How many rows it changed."""
    if url := server.postgres_url:
        for value in values:
            sql = sql.replace("?", postgres.literal(value), 1)
        return postgres.changed_rows(url, sql)
    database = sqlite3.connect(server.data_dir / "karmen.db", timeout=20)
    with database:
        database.execute("PRAGMA foreign_keys = ON")
        changed = database.execute(sql, values).rowcount
    database.close()
    return changed


def delete_user(server: Server, uuid: str) -> None:
    """Not to be had over HTTP."""
    assert execute(server, "DELETE FROM users WHERE uuid = ?", (uuid,)) == 1


def lose_users(server: Server) -> None:
    """From now on accounts cannot be read: a defect that no code expects."""
    execute(server, "ALTER TABLE users RENAME TO lost")


def on_change(url: str, table: str, body: str, when: str = "BEFORE INSERT OR UPDATE OR DELETE") -> None:
    """A trigger of PostgreSQL."""
    make = f"CREATE FUNCTION fault_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ {body}; $$"
    postgres.sql(url, f"{make}; CREATE TRIGGER fault {when} ON {table} FOR EACH ROW EXECUTE FUNCTION fault_{table}()")


def delete_gcodes_at_once(server: Server) -> None:
    """As if somebody deleted each g-code in the moment in which it was stored."""
    if url := server.postgres_url:
        body = "BEGIN DELETE FROM gcodes WHERE id = NEW.id; RETURN NULL; END"
        on_change(url, "gcodes", body, "AFTER INSERT")
        return
    execute(server, "CREATE TRIGGER at_once AFTER INSERT ON gcodes BEGIN DELETE FROM gcodes WHERE id = NEW.id; END")


def destroy_database(server: Server) -> None:
    """The file is overwritten, as by a failing disk; or there is no such database any more."""
    if url := server.postgres_url:
        name = url.rsplit("/", 1)[1]
        postgres.sql(postgres.with_database(url, "postgres"), f"DROP DATABASE {name} WITH (FORCE)")
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
    if url := server.postgres_url:
        for table in ("users", "local_users", "api_tokens", "sessions", "gcodes", "printjobs", "printers", "settings", "app_key_requests"):
            on_change(url, table, "BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END")
        return
    server.stop()
    server.run_under = [sys.executable, str(Path(full_disk.__file__))]
    server.start()
