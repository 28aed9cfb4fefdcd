"""Template tags of the calm look."""
