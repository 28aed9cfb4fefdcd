"""A patient answers a protocol; submission screens the answers and seals the record."""
