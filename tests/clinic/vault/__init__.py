"""Tests of clinic/vault/."""
