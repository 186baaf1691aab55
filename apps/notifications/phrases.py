"""How the trail speaks of who is told."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "escalation.set": _(
            "set who is told when nobody acts ({occasion}, {domain}, {where}): {people}; before: {before}"
        ),
        "escalation.dropped": _(
            "took back who is told when nobody acts ({occasion}, {domain}, {where}); before: {before}"
        ),
    }
)
