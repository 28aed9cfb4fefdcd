"""Tests of clinic/web/."""
