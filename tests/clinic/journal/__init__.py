"""The mood journal."""
