"""What was promised for later: rows planned from the protocol, done once."""
