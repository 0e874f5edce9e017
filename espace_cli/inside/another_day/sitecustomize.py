"""Python under libfaketime, whose clock_nanosleep refuses what time.sleep asks."""

import select
import time


def sleep(seconds):
    """Wait by another call than Python's own."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
