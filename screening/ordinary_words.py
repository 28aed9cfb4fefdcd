"""Words of everyday English."""
ORDINARY_WORDS: frozenset[str] = frozenset()
