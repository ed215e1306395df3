"""Which answers the document promises, and which came."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Answered(NamedTuple):
    """One way in which an operation answers."""

    method: str
    path: str  # as the document has it
    status: int
    code: str = ""  # of the problem; empty if it is not an error

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status} {self.code}".rstrip()


@dataclass
class Seen:
    """What one process saw. Plain values, so that a worker can send it."""

    documented: set[Answered] = field(default_factory=set)
    answered: set[Answered] = field(default_factory=set)
    not_whole: set[str] = field(default_factory=set)  # why not everything ran

    def add(self, other: "Seen") -> None:
        self.documented |= other.documented
        self.answered |= other.answered
        self.not_whole |= other.not_whole

    def as_plain(self) -> dict[str, list]:
        return {name: [list(one) if isinstance(one, tuple) else one for one in value] for name, value in vars(self).items()}

    @staticmethod
    def from_plain(plain: dict[str, list]) -> "Seen":
        answers = {name: {Answered(*one) for one in plain[name]} for name in ("documented", "answered")}
        return Seen(**answers, not_whole=set(plain["not_whole"]))

    def problems(self) -> list[str]:
        missing = [f"documented, but no test provoked it: {one}" for one in sorted(self.documented - self.answered)]
        return missing + [f"answered, but not documented: {one}" for one in sorted(self.answered - self.documented)]
