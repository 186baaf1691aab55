"""What a person fills in about being told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.notifications.kinds import Topic
from apps.notifications.models import Way
from apps.notifications.wishes import OFFERED, Wishes


class Row(NamedTuple):
    """One topic with a box for each way."""

    label: str
    boxes: list[BoundField]


def clock() -> forms.TimeInput:
    """A field for a time of day."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WishesForm(forms.Form):
    """Which topics by which way, and when no mail is to come."""

    quiet_from = forms.TimeField(label=gettext_lazy("No mail from"), required=False, widget=clock())
    quiet_to = forms.TimeField(label=gettext_lazy("until"), required=False, widget=clock())
    lets_escalations = forms.BooleanField(label=gettext_lazy("Escalations come through all the same"), required=False)

    def __init__(self, *args: Any, wishes: Wishes, **options: Any) -> None:
        quiet = wishes.quiet
        initial = {
            "quiet_from": quiet.begins_at if quiet else None,
            "quiet_to": quiet.ends_at if quiet else None,
            "lets_escalations": quiet.lets_escalations if quiet else True,
        }
        super().__init__(*args, **{**options, "initial": initial})
        for topic in OFFERED:
            for way in Way:
                label = f"{topic.label}: {way.label}"
                self.fields[name_of(topic, way)] = forms.BooleanField(
                    label=label, required=False, initial=wishes.wants(topic, way)
                )

    def rows(self) -> Iterator[Row]:
        for topic in OFFERED:
            yield Row(str(topic.label), [self[name_of(topic, way)] for way in Way])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begins, ends = given.get("quiet_from"), given.get("quiet_to")
        if not ({"quiet_from", "quiet_to"} & set(self.errors)):
            if (begins is None) != (ends is None):
                self.add_error("quiet_to" if ends is None else "quiet_from", _("Give both times, or neither."))
            elif begins is not None and begins == ends:
                self.add_error("quiet_to", _("Quiet hours end at another time than they begin."))
        return given

    def chosen(self) -> dict[str, Any]:
        """What ``wishes.choose`` takes."""
        given = self.cleaned_data
        wanted = {(topic.value, way.value): given[name_of(topic, way)] for topic in OFFERED for way in Way}
        quiet = (given["quiet_from"], given["quiet_to"]) if given["quiet_from"] is not None else None
        return {"wanted": wanted, "quiet": quiet, "lets_escalations": given["lets_escalations"]}


def name_of(topic: Topic, way: Way) -> str:
    """The name of one box."""
    return f"{topic.value}-{way.value}"
