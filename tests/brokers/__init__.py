"""The clinic against each real broker: `make brokers`."""
