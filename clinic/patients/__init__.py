"""Patients, how they may be reached, what they agreed to, and the links they come back by."""
