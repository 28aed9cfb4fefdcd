"""Tests of clinic/audit/."""
