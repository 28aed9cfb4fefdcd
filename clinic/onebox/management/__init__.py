"""Management commands of the one-machine start."""
