"""Staff pages over all of it; no models."""
