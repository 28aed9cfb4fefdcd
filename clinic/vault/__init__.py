"""Encryption at rest: fields, key ring, rotation, blind indexes."""
