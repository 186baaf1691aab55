"""Days of the world, all counted from the day it is built on."""

from datetime import UTC, date, datetime, time, timedelta


def today(now: datetime) -> datetime:
    """Midnight UTC of the day the world is built on; every date of the world is counted from here."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def vendor_day(base: datetime, days: int, hour: int) -> datetime:
    """A day on which goods arrive: a weekend moves back to the Friday before it."""
    day = base + timedelta(days=days)
    return day - timedelta(days=max(0, day.weekday() - 4)) + timedelta(hours=hour)


def customer_day(base: datetime, days: int, hour: int) -> datetime:
    """A day promised to a customer: a weekend moves on to the Monday after it."""
    day = base + timedelta(days=days)
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0) + timedelta(hours=hour)


def working_days(first: datetime, last: datetime) -> int:
    """Days from Monday to Friday after the first up to and with the last; none when the last comes before."""
    days = (last.date() - first.date()).days
    return sum((first + timedelta(days=step)).weekday() < 5 for step in range(1, days + 1))


def broken_promise(arrival: datetime, lead: int, late: int, hour: int) -> datetime:
    """The last working day that could be promised so that what arrives was needed `late` working days earlier.

    `lead` days lie between the need and the promise.
    """
    promise = today(arrival) + timedelta(days=lead, hours=hour)
    while promise.weekday() > 4 or working_days(promise - timedelta(days=lead), arrival) < late:
        promise -= timedelta(days=1)
    return promise


def stamp(moment: datetime) -> str:
    """The moment as Odoo reads it: UTC, to the second, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> datetime:
    """The moment Odoo wrote as text."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def day_text(day: datetime | date) -> str:
    """The day as Odoo reads it."""
    return day.strftime("%Y-%m-%d")
