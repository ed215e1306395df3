"""Fixtures of all black-box tests. `support/` holds what they are made of."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import arrangement
from support.api import Api
from support.fakes import FakePrinter, FakePrinters, ScriptedPrinter
from support.openapi import Document, fetch
from support.raw import RawConnection
from support.seen import Seen
from support.postgres import PostgresServer, new_database
from support.server import Server

pytest_plugins = ["support.coverage"]

STARTED = pytest.StashKey[list]()
LOG_TAIL_BYTES = 8000


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [] if arrangement.CHOSEN == arrangement.EMBEDDED else ["embedded"]
    if arrangement.CHOSEN == arrangement.REPLICATED:
        left_out.append("one_process")
    if left_out:
        others = [item for item in items if any(map(item.get_closest_marker, left_out))]
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def document(tmp_path_factory: pytest.TempPathFactory, seen: Seen) -> Document:
    """The OpenAPI document of the program under test, to which every answer is held. From a server of its own, so
    that the servers of tests get no request that their test does not know."""
    server = Server(tmp_path_factory.mktemp("document")).start()
    found = Api.document = RawConnection.document = fetch(server.url)
    server.stop()
    seen.documented, seen.answered = found.promises(), found.answered
    return found


@pytest.fixture(scope="module")
def postgres_url() -> str:
    """A new and empty PostgreSQL database: `new_server(env={"KARMEN_STORAGE_POSTGRES_URL": postgres_url})`."""
    return new_database()


@pytest.fixture
def postgres_server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test may stop and freeze."""
    server = PostgresServer(tmp_path / "postgres")
    yield server
    server.end()


@pytest.fixture(scope="module")
def module_dir(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    return tmp_path_factory.mktemp(request.module.__name__)


@pytest.fixture(scope="module")
def new_server(module_dir: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Makes servers that end with the module: `new_server(options={…})`. Each has a directory of its own."""
    servers: list[Server] = []
    request.node.stash[STARTED] = servers

    def make(**arguments) -> Server:
        server = Server(module_dir / f"server{len(servers)}", **arguments)
        servers.append(server)
        return server.start()

    yield make
    problems = [problem for server in servers if (problem := _end(server))]
    assert not problems, "\n".join(problems)


def _end(server: Server) -> str | None:
    """Every server must end well, unless the test has ended or killed it already."""
    if not server.runs:
        return None
    try:
        server.stop()
    except AssertionError as problem:
        return str(problem)
    return None


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    """Flags of the module's `server`; a module overrides this fixture to set its own."""
    return {}


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server], server_options: dict[str, str]) -> Server:
    return new_server(options=server_options)


@pytest.fixture(scope="module")
def admin(server: Server) -> Api:
    """The administrator, with a fresh token."""
    return server.first_admin()


@pytest.fixture(scope="module")
def user(server: Server, admin: Api) -> Api:
    """Somebody with role user, with a fresh token."""
    return server.add_user("ursula")


@pytest.fixture(scope="module")
def other_user(server: Server, admin: Api) -> Api:
    return server.add_user("otto")


@pytest.fixture
def anonymous(server: Server) -> Api:
    return server.anonymous()


@pytest.fixture
def fake_printers(tmp_path: Path) -> Iterator[Callable[..., list[FakePrinter]]]:
    """Starts simulated printers that end with the test: `fake_printers(count=2, speed=100)`."""
    groups: list[FakePrinters] = []

    def make(count: int = 1, speed: float = 1.0, api_key: str | None = None, flags: tuple[str, ...] = ()) -> list[FakePrinter]:
        groups.append(FakePrinters(tmp_path / f"fake-printers{len(groups)}.log", count, speed, api_key, *flags))
        return groups[-1].printers

    yield make
    for group in groups:
        group.end()


@pytest.fixture
def scripted_printer() -> Iterator[ScriptedPrinter]:
    printer = ScriptedPrinter()
    yield printer
    printer.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """A test that failed shows what its servers said."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    module = item.getparent(pytest.Module)
    for server in module.stash.get(STARTED, []):
        if server.log_file.exists():
            said = server.log_file.read_bytes()[-LOG_TAIL_BYTES:].decode("utf-8", "replace")
            report.sections.append((f"{server.log_file}", said))
