"""Presigned URLs of functions whose clock a test has set forward: MiniStack refuses a date that its own clock has not reached."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ministack.services import s3

FORMAT = "%Y%m%dT%H%M%SZ"

time_error = s3._presign_time_error


def time_error_there(amz_date: str, expires: str, path: str) -> tuple[Any, ...] | None:
    """Compares with the clock of the functions."""
    ahead = timedelta(milliseconds=int(Path(os.environ["FUNCTION_CLOCK"]).read_text()))
    return time_error((datetime.strptime(amz_date, FORMAT) - ahead).strftime(FORMAT), expires, path)


s3._presign_time_error = time_error_there
