"""What Celery is told for each kind of broker: late acks, one at a time, a timeout on every socket."""

from __future__ import annotations

import pytest
from celery import Celery

from clinic import brokers, celery
from clinic.onebox.programs import QUEUES

LIMIT = celery.app.conf.task_time_limit


def conf_for(url: str) -> Celery:
    app = Celery("test", set_as_current=False)
    app.conf.update(brokers.settings_for(url), broker_url=url)
    return app


@pytest.mark.parametrize("url", ["redis://h:6379/0", "rediss://h:6379/0", "redis+socket:///run/v.sock"])
def test_redis_and_valkey_give_nothing_to_a_second_worker_while_the_first_may_be_at_it(url: str) -> None:
    options = conf_for(url).conf.broker_transport_options

    assert options["visibility_timeout"] > LIMIT
    assert options["socket_timeout"] == options["socket_connect_timeout"] == brokers.SECONDS


@pytest.mark.parametrize("url", ["amqp://h//", "amqps://h//", "pyamqp://h//"])
def test_rabbitmq_gets_quorum_queues_confirms_and_timeouts(url: str) -> None:
    app = conf_for(url)
    options = app.conf.broker_transport_options

    assert options == {"confirm_publish": True, "read_timeout": 2, "write_timeout": 2}
    assert set(app.amqp.queues) == set(brokers.QUEUES)
    for queue in app.amqp.queues.values():
        assert queue.durable
        assert queue.queue_arguments == {"x-queue-type": "quorum", "x-delivery-limit": 5}
    assert app.conf.broker_connection_timeout == 2
    assert 0 < app.conf.broker_heartbeat <= 30


@pytest.mark.parametrize("url", ["filesystem://", "memory://", "sqla+sqlite:///x", "sqs://", "kafka://h", "", "h:6379"])
def test_a_broker_that_was_never_tried_is_refused(url: str) -> None:
    with pytest.raises(brokers.UnknownBroker):
        brokers.settings_for(url)


def test_for_every_broker_acks_are_late_and_one_task_is_taken_at_a_time() -> None:
    conf = celery.app.conf

    assert conf.task_acks_late and conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_publish_retry is False
    assert conf.task_ignore_result and conf.result_backend is None


def test_every_queue_that_something_is_sent_to_has_a_worker() -> None:
    served = {name for names in QUEUES.values() for name in names.split(",")}
    swept = {entry["options"]["queue"] for entry in celery.app.conf.beat_schedule.values()}

    assert swept <= served == set(brokers.QUEUES)


def test_every_sweep_is_forgotten_before_the_next_one_comes() -> None:
    for entry in celery.app.conf.beat_schedule.values():
        assert entry["options"]["expires"] < entry["schedule"]
