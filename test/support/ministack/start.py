"""Starts MiniStack with the shims beside this file, in the working directory. All its options are environment variables (see
ministack.ts). When standard input closes, as it does however the process ends that started this, MiniStack and its functions end,
and the working directory is removed."""

import importlib.util
import os
import select
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

SHIMS = Path(__file__).parent / "shims"


def serve() -> None:
    """Runs MiniStack in this process."""
    import ministack.app

    for path in sorted(SHIMS.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"shims.{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} can't be loaded")
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    ministack.app.main()


def end(server: int) -> None:
    """Kills MiniStack and its functions, which are in its process group, and removes what they wrote."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(server, signal.SIGKILL)
    os.waitpid(server, 0)
    shutil.rmtree(Path.cwd(), ignore_errors=True)


def main() -> None:
    """Runs MiniStack in a process group of its own until it ends or standard input closes."""
    ended, lives = os.pipe()  # `lives` is closed when MiniStack ends: its functions don't inherit it
    server = os.fork()
    if server == 0:
        os.setpgid(0, 0)
        os.close(ended)
        sys.stdin.close()
        os.open(os.devnull, os.O_RDONLY)  # the lowest free number: standard input
        serve()
        return
    os.close(lives)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(server, server)  # in both processes, since either may be first
    while not (select.select([0, ended], [], [])[0] == [ended] or os.read(0, 1024) == b""):
        pass
    end(server)


main()
