"""The questions over time."""
