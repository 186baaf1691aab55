"""How the verbs on cases read."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "case.opened": _("opened a case: {money} {currency} at risk, {customers} customers, {severity}"),
        "case.changed": _("saw the case change"),
        "case.regressed": _("reopened the case: the condition has returned"),
        "case.worsened": _("reopened the case: it is worse than when it was closed"),
        "case.woken": _("woke the case ({why})"),
        "case.resolved": _("resolved the case: {reason}"),
        "case.moot": _("ended the case, nothing is left to judge: {reason}"),
        "case.handed_over": _("ended the case: {reason}"),
        "case.cannot_judge": _("could not judge: {reason}"),
        "case.acknowledged": _("acknowledged the case"),
        "case.assigned": _("gave the case to {to_name}"),
        "case.unassigned": _("left the case without an owner"),
        "case.started": _("started work on the case"),
        "case.snoozed": _("snoozed the case until {until}"),
        "case.noted": _("noted: {text}"),
        "case.escalated": _("told {to_name}, because nobody had acknowledged the case for {waited}"),
        "case.closed": _("closed the case: {reason}"),
        "machine.tied": _("tied {equipment} to {centre} ({basis}); before: {before}"),
        "machine.set_apart": _("said that {equipment} belongs to no work centre; before: {before}"),
        "machine.untied": _("took back what was said of {equipment}; before: {before}"),
        "limit.set": _("set limits of {rule} for {where}: {values} ({reason}); before: {before}"),
        "limit.dropped": _("took back the limits of {rule} for {where}: {before} ({reason})"),
    }
)
