"""Tests of clinic/intake/."""
