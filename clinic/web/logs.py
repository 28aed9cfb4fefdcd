"""Logs: one line of named values each, with the addresses of pages but never what somebody typed or who they are."""

from __future__ import annotations

import logging
import logging.config
import re

import structlog

TELLS_THE_ERROR = frozenset({"celery.app.trace", "celery.worker.request", "gunicorn.error"})
"""Loggers that write the text of an exception into their own sentence; what stands before the colon is enough."""
TELLS_TOO_MUCH = ("fontTools", "httpx", "kombu")
"""Libraries that log each step of their work: addresses asked, and the very letters that a PDF is written with."""
LINK_SECRET = re.compile(r"(?<=/)[^\w/\s]*[A-Za-z0-9_:-]{20,}")
"""A token is letters and digits, or parts of them with colons between; it may also end an address, or stand beside what
was copied with it, such as a bracket before or a full stop behind."""


def without_secrets(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Replace what could be a private link or an id in an address."""
    event["event"] = LINK_SECRET.sub("...", str(event.get("event", "")))
    return event


def without_details(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Keep the kind of an exception and where it came from; its message may hold what somebody typed."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        event["error"] = error[0].__name__
        last = error[2]
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        if last is not None:
            event["at"] = f"{last.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{last.tb_lineno}"
    if event.get("logger") in TELLS_THE_ERROR:
        event["event"] = str(event["event"]).split(":")[0]
    event.pop("request", None)
    return event


def configure() -> None:
    """Send every log line of this process through the two filters above, to standard error."""
    logging.raiseExceptions = False  # else a line that cannot be written is written out in full, arguments and all
    shared = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
        without_details,
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": [structlog.stdlib.ExtraAdder(allow=("status_code",)), *shared],
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {name: {"level": "WARNING"} for name in TELLS_TOO_MUCH},
        }
    )
