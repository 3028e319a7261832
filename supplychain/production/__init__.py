"""From quarterly wafers, memory and packaging to accelerators."""
