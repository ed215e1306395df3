"""A program that runs beside the tests, with everything that it says."""

import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

# What a sanitizer says when it found something; a program that says it fails the test that started it.
SANITIZER_REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|LeakSanitizer")


class Process:
    """Started at once; its owner calls `end`. Its two outputs are kept, also in a file for later."""

    def __init__(self, command: list[str], log_file: Path, env: dict[str, str], cwd: Path | None = None):
        self.command = command
        self._log_file = open(log_file, "ab")
        self._lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._news = threading.Condition()
        self._popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=cwd
        )
        assert self._popen.stdout and self._popen.stderr
        self._streams = {"stdout": self._popen.stdout, "stderr": self._popen.stderr}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True) for name, stream in self._streams.items()
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def lines(self, name: str = "stdout") -> list[str]:
        with self._news:
            return list(self._lines[name])

    def output(self) -> str:
        return "\n".join(["-- stdout --", *self.lines("stdout"), "-- stderr --", *self.lines("stderr")])

    def wait_for_lines(
        self, pattern: str, count: int = 1, within_s: float = 30.0, name: str = "stdout"
    ) -> list[re.Match[str]]:
        """The first `count` matches on that output."""
        deadline = time.monotonic() + within_s
        with self._news:
            while True:
                found = [match for line in self._lines[name] if (match := re.search(pattern, line))]
                if len(found) >= count:
                    return found[:count]
                ended = self._popen.poll() is not None and not any(reader.is_alive() for reader in self._readers)
                if ended or time.monotonic() > deadline:
                    break
                self._news.wait(0.05)
        why = f"ended with {self.exit_code}" if ended else f"said nothing of it within {within_s} s"
        raise AssertionError(f"{self.command}: wanted {count} × {pattern!r}, but it {why}\n{self.output()}")

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def wait(self, within_s: float = 20.0) -> int:
        try:
            code = self._popen.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command} still runs after {within_s} s\n{self.output()}") from None
        self._join()
        return code

    def kill(self) -> None:
        """As if the power went: no time for anything."""
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()
        self._join()

    def end(self) -> int:
        """SIGTERM and the exit code. Never leaves the program running."""
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
        try:
            return self.wait()
        finally:
            self.kill()

    def sanitizer_reports(self) -> list[str]:
        return [line for line in self.lines("stderr") if SANITIZER_REPORT.search(line)]

    def _read(self, name: str, stream: IO[bytes]) -> None:
        for raw in stream:
            with self._news:
                self._lines[name].append(raw.decode("utf-8", "replace").rstrip("\r\n"))
                self._log_file.write(raw)
                self._log_file.flush()
                self._news.notify_all()

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(5)
        for stream in self._streams.values():
            stream.close()
        if not self._log_file.closed:
            self._log_file.close()
