"""Runs a program in a terminal of its own, types a line of a text after each of its questions, and prints its output and how it ended."""

import os
import pty
import sys


def run(program: list[str], lines: list[bytes]) -> tuple[str, int]:
    """Returns the output of the program and its exit code; negative, the signal that ended it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(program[0], program)
    output, typed = b"", 0
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so that the program has closed its end.
            break
        if not part:
            break
        output += part
        while typed < min(output.count(b"? "), len(lines)):
            os.write(terminal, lines[typed])
            typed += 1
    _, status = os.waitpid(pid, 0)
    return output.decode(), os.waitstatus_to_exitcode(status)


print(*run(sys.argv[2:], sys.argv[1].encode().splitlines(keepends=True)))
