"""A question about a scenario as one value with one text form, and the value that answers it."""
