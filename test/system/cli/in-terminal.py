"""Runs a program in a terminal of its own, types a text once it has asked a question, and prints its output and how it ended."""

import os
import pty
import sys


def run(program: list[str], typed: bytes) -> tuple[str, int]:
    """Returns the output of the program and its exit code; negative, the signal that ended it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(program[0], program)
    output, has_typed = b"", False
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so that the program has closed its end.
            break
        if not part:
            break
        output += part
        if not has_typed and b"? " in output:
            os.write(terminal, typed)
            has_typed = True
    _, status = os.waitpid(pid, 0)
    return output.decode(), os.waitstatus_to_exitcode(status)


print(*run(sys.argv[2:], sys.argv[1].encode()))
