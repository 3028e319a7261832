"""What a scenario does: which supplies a cut hits, and what other shocks change."""
