"""Tests of clinic/patients/."""
