"""What ends the program from outside: Ctrl-C and the signals that ask it to stop.

It imports next to nothing, so that it can stand before everything else that a command imports.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

_SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"
"""Takes away a progress bar, which hides the cursor while it is shown."""


def catch() -> None:
    """From now on a signal ends the program at once, with 128 and its number, and no traceback.

    An exception could be lost on its way: modules that are being imported catch what they like.
    A signal that whoever started the program had ignored (nohup) stays ignored.
    """
    for number in SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    stream = sys.stderr
    if stream is not None and stream.isatty():
        os.write(2, _SHOW_CURSOR.encode())
    os._exit(128 + number)
