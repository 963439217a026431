"""EventBridge Scheduler calls what is due by the clock of functions, which a test sets forward (clock.ts), twice a second. MiniStack does so
by its own clock, every ten seconds."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

from ministack.services import scheduler

AHEAD = Path(os.environ["FUNCTION_CLOCK"])


def now() -> float:
    """Returns the time of functions; the file is empty for a moment while it is written."""
    return time.time() + int(AHEAD.read_text() or 0) / 1000


scheduler.time = SimpleNamespace(time=now, sleep=time.sleep)
scheduler._SCHEDULE_TICK_INTERVAL = 0.5
