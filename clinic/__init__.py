"""The work: a Django project that asks, reviews, books and follows up; the decision itself is in `screening`."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
