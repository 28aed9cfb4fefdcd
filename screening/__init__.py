"""The decision: plain Python that turns answers into findings. No Django, no Celery, no clock, no database."""
