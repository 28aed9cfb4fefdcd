"""A broker of one test alone: the one of the run is shared by all tests, and holds what those before have nudged."""

from __future__ import annotations

from celery import Celery

from clinic import celery
from clinic.onebox.valkey import Valkey


def address(valkey: Valkey) -> str:
    """Where it is, as Celery reads it."""
    return f"redis+socket://{valkey.socket}"


def app_for(valkey: Valkey) -> Celery:
    """An app that sends to it, with the settings of the clinic; put it in the place of `clinic.celery.app`."""
    app = Celery("one-test", set_as_current=False)
    app.conf.update(
        broker_url=address(valkey),
        broker_transport_options=celery.app.conf.broker_transport_options,
        broker_connection_timeout=celery.app.conf.broker_connection_timeout,
        task_default_queue="default",
        task_create_missing_queues=True,
        task_publish_retry=False,
        result_backend=None,
    )
    return app


def all_sent(seconds: float = 60) -> None:
    """Wait until the thread that sends nudges has nothing left."""
    celery._sender.submit(lambda: None).result(timeout=seconds)
