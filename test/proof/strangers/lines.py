"""What all checks of this folder share: files of JSON lines in, one report of each out."""

import json
import sys
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]


def report(check: Callable[[Line], None]) -> None:
    """Checks each line of each file that the arguments name, and prints how many were checked and which were wrong.

    `check` raises for a wrong line. Its message is printed, so it must not quote signatures or URLs.
    """
    print(json.dumps([report_of(file, check) for file in sys.argv[1:]]))


def report_of(file: str, check: Callable[[Line], None]) -> Line:
    checked = 0
    wrong: list[str] = []
    with open(file, encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            checked += 1
            try:
                check(line)
            except Exception as error:
                wrong.append(f"line {number}: {type(error).__name__}: {error}")
    return {"checked": checked, "wrong": len(wrong), "first": wrong[:5]}


def same(what: str, ours: object, theirs: object) -> None:
    """Raises with the name of what differs, without its values."""
    if ours != theirs:
        raise ValueError(f"{what} differs")
