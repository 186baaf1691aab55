"""The way to the broker: Redis or Valkey through Celery's own transport, without handing messages back.

Every task is a hint; the timetable finds what a lost one would have done. So nothing is kept in the broker until a task
has ended. Kombu's transport would on losing the connection try to hand back, over that very connection, what is still
being worked on, and end the worker by the error that this is (AttributeError on a closed channel, kombu 5.x): a broker
that restarts would take every worker with it.
"""

from __future__ import annotations

from kombu.transport import redis


class Channel(redis.Channel):
    """Messages are gone from the broker once a worker has them."""

    ack_emulation = False
    do_restore = False


class Transport(redis.Transport):
    """Celery's transport for Redis with such channels."""

    Channel = Channel
