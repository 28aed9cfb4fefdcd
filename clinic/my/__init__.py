"""The patient's page over all of it: what was sent, what was decided, what is booked; no models."""
