"""What Celery is told about a broker, by the kind that its URL names; docs/brokers.md says why, and what it needs."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from kombu import Exchange, Queue

QUEUES: Final = ("urgent", "default", "bulk")
SECONDS: Final = 2
"""How long any client waits for a broker, in connecting and in each answer."""
VISIBILITY_SECONDS: Final = 300
"""Longer than the hard time limit of a task, so that nothing is given to a second worker while the first is at it."""
DELIVERIES: Final = 5
"""After so many tries RabbitMQ drops a nudge that ends its worker; the row is there, and the sweep parks it."""
HEARTBEAT_SECONDS: Final = 10


class UnknownBroker(ValueError):
    """A URL of a kind that was never tested here."""


def settings_for(url: str) -> dict[str, Any]:
    """Celery's settings for one broker; what holds for all of them is in clinic/celery.py.

    Args:
        url: CELERY_BROKER_URL.
    Raises:
        UnknownBroker: it is neither Redis or Valkey nor RabbitMQ; others lost messages when they were killed.
    """
    kind = urlsplit(url).scheme
    if kind in ("redis", "rediss", "redis+socket"):
        return _REDIS
    if kind in ("amqp", "amqps", "pyamqp"):
        return _RABBITMQ
    raise UnknownBroker(f"CELERY_BROKER_URL must begin with redis://, rediss:// or amqp://, not {kind}://.")


_REDIS: Final[dict[str, Any]] = {
    "broker_connection_timeout": SECONDS,
    "broker_transport_options": {
        "socket_timeout": SECONDS,
        "socket_connect_timeout": SECONDS,
        "visibility_timeout": VISIBILITY_SECONDS,
    },
}
_RABBITMQ: Final[dict[str, Any]] = {
    "broker_connection_timeout": SECONDS,
    "broker_heartbeat": HEARTBEAT_SECONDS,
    "broker_transport_options": {"confirm_publish": True, "read_timeout": SECONDS, "write_timeout": SECONDS},
    "broker_native_delayed_delivery_queue_type": "classic",
    "task_default_queue_type": "quorum",
    "task_create_missing_queue_type": "quorum",
    "task_queues": [
        Queue(
            name,
            Exchange(name, type="direct"),
            routing_key=name,
            queue_arguments={"x-queue-type": "quorum", "x-delivery-limit": DELIVERIES},
        )
        for name in QUEUES
    ],
}
