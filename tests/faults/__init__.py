"""What breaks in the world, done on purpose: each fault counted, and each with a control that must fail."""
