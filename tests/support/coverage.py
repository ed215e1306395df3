"""That a run of all contract tests provoked every answer of the OpenAPI document, and no other. A plugin of pytest.

It judges when every file of contract/ ran whole: a run of some tests cannot have provoked everything. `--whole-contract`
makes a run that could not be judged a failure, so that nothing skips this silently. With xdist the workers, which run the
tests, hand over what they saw, and the controller judges."""

from pathlib import Path
from typing import Any

import pytest

from support.seen import Seen

CONTRACT = Path(__file__).resolve().parents[1] / "contract"
PLUGIN = "karmen-contract"


class Judge:
    def __init__(self, config: pytest.Config):
        self.config = config
        self.seen = Seen()
        self.must_judge = config.getoption("whole_contract")
        self.is_worker = hasattr(config, "workerinput")
        self.verdict: list[str] = []

    # --- what runs --------------------------------------------------------------------------------------------------

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        if any(CONTRACT in item.path.parents for item in items):
            self.seen.not_whole.add("tests were deselected")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if any("::" in argument for argument in self.config.args):
            self.seen.not_whole.add("single tests were named")
        if missing := set(CONTRACT.glob("test_*.py")) - {item.path for item in session.items}:
            self.seen.not_whole.add(f"{len(missing)} files of contract/ did not run")

    # --- what came of it --------------------------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """xdist: a worker ended."""
        plain = getattr(node, "workeroutput", {}).get(PLUGIN)
        self.seen.add(Seen.from_plain(plain) if plain else Seen(not_whole={"a worker was lost"}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker:
            handed_over: dict[str, Any] = getattr(self.config, "workeroutput")  # of xdist
            handed_over[PLUGIN] = self.seen.as_plain()
        else:
            self._judge(session)

    def _judge(self, session: pytest.Session) -> None:
        if session.shouldstop or session.shouldfail:
            self.seen.not_whole.add("the run was cut short")
        if not self.seen.documented:
            self.seen.not_whole.add("no server was asked")
        if self.seen.not_whole:
            self.verdict = [f"not judged: {', '.join(sorted(self.seen.not_whole))}"]
            is_wrong = self.must_judge
        else:
            self.verdict = self.seen.problems()
            is_wrong = bool(self.verdict)
            self.verdict.append(f"{len(self.seen.documented & self.seen.answered)} of {len(self.seen.documented)} provoked")
        if is_wrong and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.verdict:
            terminalreporter.section("documented answers")
            for line in self.verdict:
                terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole-contract",
        action="store_true",
        help="fail also when it cannot be judged whether every documented answer was provoked",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Judge(config), PLUGIN)


@pytest.fixture(scope="session")
def seen(pytestconfig: pytest.Config) -> Seen:
    """Where answers are noted."""
    return pytestconfig.pluginmanager.get_plugin(PLUGIN).seen
