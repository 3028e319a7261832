"""The one error for what was asked and cannot be."""

from __future__ import annotations


class AskError(ValueError):
    """What was asked cannot be answered; the message says why, and what would do instead.

    Raised by this package for questions: a name that is not in the data, a quarter outside it, a
    rule that does not exist. Commands turn it, and nothing else, into exit code 2.
    """
