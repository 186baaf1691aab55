"""How the trail speaks of people and their grants."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "person.signed_in": _("signed in from {address}"),
        "person.signed_out": _("signed out"),
        "person.sign_in_failed": _("refused a sign-in from {address}"),
        "person.locked_out": _("locked the sign-in from {address} after too many tries"),
        "person.password_changed": _("changed the password of {login}"),
        "person.password_replaced": _("gave {login} a new password"),
        "person.created": _("made a sign-in for {login}"),
        "person.corrected": _("corrected {login}: {changes}"),
        "person.deactivated": _("deactivated {login}"),
        "person.reactivated": _("reactivated {login}"),
        "grant.given": _("granted {role} in {where} to {login}"),
        "grant.taken": _("took {role} in {where} from {login}"),
    }
)
