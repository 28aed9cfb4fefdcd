"""Tests of clinic/my/."""
