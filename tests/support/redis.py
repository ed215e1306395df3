"""A Redis of a test's own, which it may stop and freeze. It keeps what it acknowledged, as Karmen needs it."""

import random
import signal
import socket
import subprocess
from pathlib import Path

from support.binary import clean_environment
from support.process import Process
from support.wait import eventually


def free_port() -> int:
    """Below the ports that the system gives out: it stays free while a test has its Redis stopped."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Redis:
    def __init__(self, directory: Path):
        directory.mkdir()
        self.directory = directory
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory)]
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self.process = Process(["redis-server", *options, *durable], self.directory / "redis.log", clean_environment())
        eventually(lambda: self.command("ping") == "PONG", what="Redis answers")

    def command(self, *words: str) -> str:
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, timeout=10)
        return done.stdout.strip()

    def kill(self) -> None:
        """As if its machine lost power."""
        self.process.kill()

    def freeze(self) -> None:
        """It takes connections, and never answers."""
        self.process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.signal(signal.SIGCONT)

    def end(self) -> None:
        self.process.kill()
