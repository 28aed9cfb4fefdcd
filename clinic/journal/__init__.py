"""The mood journal: one word a day or so, for the patient alone unless they share an entry."""
