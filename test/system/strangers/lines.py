"""What all checks of this folder share: JSON lines in, one report out."""

import json
import sys
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]


def report(check: Callable[[Line], None]) -> None:
    """Checks each line of the file that the first argument names, and prints how many were checked and which were wrong.

    `check` raises for a wrong line. Its message is printed, so it must not quote signatures or URLs.
    """
    checked = 0
    wrong: list[str] = []
    with open(sys.argv[1], encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            checked += 1
            try:
                check(line)
            except Exception as error:
                wrong.append(f"line {number}: {type(error).__name__}: {error}")
    print(json.dumps({"checked": checked, "wrong": len(wrong), "first": wrong[:5]}))


def same(what: str, ours: object, theirs: object) -> None:
    """Raises with the name of what differs, without its values."""
    if ours != theirs:
        raise ValueError(f"{what} differs")
