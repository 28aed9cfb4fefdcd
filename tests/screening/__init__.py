"""Tests of screening/."""
