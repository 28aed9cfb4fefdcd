"""Staff users, which role may do what, and how they sign in."""
