"""Tests of clinic/accounts."""
