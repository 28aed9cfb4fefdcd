"""Speed and size, measured as ratios in one run: `make bench`, which is `python -m tests.bench`."""
