"""Tests of messages and how they are delivered."""
