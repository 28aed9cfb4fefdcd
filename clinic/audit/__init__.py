"""The record: who did or saw what, to whom, when and why; only ever added to."""
