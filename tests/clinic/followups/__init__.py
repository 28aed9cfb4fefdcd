"""Tests of what was promised for later."""
