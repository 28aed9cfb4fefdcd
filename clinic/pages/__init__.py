"""The public site: conditions, evidence, law, locations and help. It keeps its texts as files, and no data at all."""
