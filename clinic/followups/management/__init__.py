"""Commands of the follow-ups app."""
