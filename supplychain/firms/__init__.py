"""Anybody's supplier table: single removals, systemic risk, stress tests, on plain arrays."""
