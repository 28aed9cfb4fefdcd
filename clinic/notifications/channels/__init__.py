"""The ways a message reaches somebody; each has one `send`, which raises when it could not hand the message over."""
