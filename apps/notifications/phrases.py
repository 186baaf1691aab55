"""How the trail speaks of who is told, and how."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "person.notifications_chosen": _("chose what {login} is told. Switched off: {off}; quiet hours: {quiet}"),
        "mail.sent_again": _("had the mail to {login} sent again"),
        "escalation.set": _(
            "set who is told when nobody acts ({occasion}, {domain}, {where}): {people}; before: {before}"
        ),
        "escalation.dropped": _(
            "took back who is told when nobody acts ({occasion}, {domain}, {where}); before: {before}"
        ),
    }
)
