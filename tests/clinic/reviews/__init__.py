"""Tests of clinic/reviews."""
