"""Treatment: courses and their sessions, as the staff record them; what is asked afterwards follows from the rows."""
