"""Clinicians decide about submitted intakes."""
