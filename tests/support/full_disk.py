"""Runs a program whose database never gets room on the disk: `python3 full_disk.py karmen serve …`.

The kernel itself answers ENOSPC to what SQLite does first when it writes a change down: the 24 bytes in front of a page in
its write-ahead log (https://sqlite.org/fileformat2.html#walformat). A filter of system calls (seccomp(2)) needs no
privileges and no file system of its own, and outlives exec."""

import ctypes
import errno
import os
import platform
import struct
import sys

FRAME_HEADER_BYTES = 24
PWRITE64 = {"x86_64": 18, "aarch64": 67}

# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER_OFFSET, THIRD_ARGUMENT_OFFSET = 0, 32
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install() -> None:
    """For this process, until its end."""
    steps = [
        (LOAD_WORD, 0, 0, NUMBER_OFFSET),
        (JUMP_IF_EQUAL, 0, 3, PWRITE64[platform.machine()]),
        (LOAD_WORD, 0, 0, THIRD_ARGUMENT_OFFSET),
        (JUMP_IF_EQUAL, 0, 1, FRAME_HEADER_BYTES),
        (RETURN, 0, 0, FAIL | errno.ENOSPC),
        (RETURN, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = Program(len(steps), code)
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    install()
    os.execvp(sys.argv[1], sys.argv[1:])
