"""The measurable goals of the design for every patient page, over one registry of pages and states."""
