"""Availability, appointments and the waiting list: find, hold, book, move, cancel."""
