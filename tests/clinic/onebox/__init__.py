"""Tests of everything on one machine."""
