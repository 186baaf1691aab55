"""The worker with short leases, for tests that kill workers and cannot wait minutes: what it held is free again soon.

An answer of the stand-in takes milliseconds, so the patience behind the leases may be shorter too; which of them
is longer than which stays as it is.
"""

from datetime import timedelta

import django

from controltower.celery import app as app

django.setup()

from apps.actions import deliveries, outbox  # noqa: E402  they need the applications
from apps.notifications import mails  # noqa: E402

outbox.CALL_SECONDS = 15.0
outbox.SETTLE_AFTER = timedelta(seconds=45)
deliveries.LEASE = timedelta(seconds=30)
mails.LEASE = timedelta(seconds=30)
