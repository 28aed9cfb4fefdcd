"""Tests of clinic/reviews/."""
