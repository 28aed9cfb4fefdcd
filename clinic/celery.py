"""Celery: the only place that may send a task. Tasks carry ids; PostgreSQL remembers what they are for."""

from __future__ import annotations

import logging
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from django.db import transaction

from clinic import brokers, waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

log = logging.getLogger(__name__)

MAX_WAITING_NUDGES = 100
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nudge")
"""One thread sends, so that no page ever waits for the broker, not even for one that accepts and then says nothing."""

app = Celery("clinic")
app.conf.update(
    brokers.settings_for(settings.CELERY_BROKER_URL),
    broker_url=settings.CELERY_BROKER_URL,
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue="default",
    task_create_missing_queues=True,
    task_time_limit=120,
    task_soft_time_limit=100,
    task_publish_retry=False,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_log_format="%(levelname)s %(name)s %(message)s",
    worker_task_log_format="%(levelname)s %(task_name)s %(task_id)s %(message)s",
    beat_schedule={
        "deliver-due-messages": {
            "task": "clinic.notifications.tasks.deliver_due",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "deliver-urgent-messages": {
            "task": "clinic.notifications.tasks.deliver_urgent",
            "schedule": 15.0,
            "options": {"queue": "urgent", "expires": 14},
        },
        "plan-followups": {
            "task": "clinic.followups.tasks.plan_due",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "release-expired-holds": {
            "task": "clinic.booking.tasks.release_expired",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "answer-link-requests": {
            "task": "clinic.intake.tasks.answer_link_requests",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "forget-visits": {
            "task": "clinic.intake.tasks.forget_visits",
            "schedule": 3600.0,
            "options": {"queue": "bulk", "expires": 3500},
        },
        "remove-old-drafts": {
            "task": "clinic.intake.tasks.remove_old_drafts",
            "schedule": 3600.0,
            "options": {"queue": "bulk", "expires": 3500},
        },
        "work-out-how-long-the-form-takes": {
            "task": "clinic.intake.tasks.work_out_pace",
            "schedule": 24 * 3600.0,
            "options": {"queue": "bulk", "expires": 3500},
        },
        "look-over-reviews": {
            "task": "clinic.reviews.tasks.look_over",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "seal-the-record": {
            "task": "clinic.audit.tasks.seal",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "check-the-record": {
            "task": "clinic.audit.tasks.check",
            "schedule": 3600.0,
            "options": {"queue": "bulk", "expires": 3500},
        },
        "offer-freed-times": {
            "task": "clinic.booking.tasks.offer_freed",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
        "do-due-followups": {
            "task": "clinic.followups.tasks.do_due",
            "schedule": 60.0,
            "options": {"queue": "default", "expires": 55},
        },
    },
    beat_schedule_filename=str(settings.BEAT_SCHEDULE_FILE),
    timezone="UTC",
)
app.autodiscover_tasks(
    ["clinic.audit", "clinic.notifications", "clinic.intake", "clinic.reviews", "clinic.booking", "clinic.followups"]
)


@worker_init.connect
def _as_a_worker(**_: object) -> None:
    """Before the first connection of a worker, and so before it forks those that work."""
    waits.at_most(waits.WORKER)


def nudge(task_name: str, row_id: uuid.UUID, *, queue: str = "default") -> None:
    """Ask a worker to look at one row as soon as the current transaction commits.

    A nudge may be lost: the row stays due, and the sweep every minute finds it. So a page never waits for the broker
    and never fails because of it.

    Args:
        task_name: the dotted name of the task.
        row_id: the only thing the message carries.
        queue: `urgent`, `default` or `bulk`.
    """

    transaction.on_commit(partial(_hand_over, task_name, str(row_id), queue))


def _hand_over(task_name: str, row_id: str, queue: str) -> None:
    """Give the nudge to the sending thread; with many waiting the broker is down, and the sweep will do.

    A process that is ending starts no thread any more, and what it has just committed must still be answered.
    """
    if _sender._work_queue.qsize() >= MAX_WAITING_NUDGES:
        return
    try:
        _sender.submit(_send, task_name, row_id, queue)
    except RuntimeError:
        log.warning("nudge not sent, the sweep will find it: %s (this process is ending)", task_name)


def _send(task_name: str, row_id: str, queue: str) -> None:
    try:
        app.send_task(
            task_name,
            args=[row_id],
            queue=queue,
            ignore_result=True,
            retry=False,
            confirm_timeout=brokers.SECONDS,
        )
    except Exception as error:  # noqa: BLE001 - whatever the broker says, the row is safe and the sweep will find it
        log.warning("nudge not sent, the sweep will find it: %s (%s)", task_name, type(error).__name__)
