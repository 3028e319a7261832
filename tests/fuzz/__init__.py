"""Odd values, many of them: no traceback, no NaN, no infinity."""
