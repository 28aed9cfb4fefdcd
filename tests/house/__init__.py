"""Promises about the code itself, kept by machine."""
