"""How the trail speaks of connections and of itself."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "connection.attached": _("connected the Odoo {name} at {url}"),
        "connection.attached_again": _("connected the Odoo {name} at {url} again"),
        "connection.changed": _("changed the connection {name}: {changes}"),
        "connection.key_replaced": _("gave the connection {name} a new key"),
        "connection.probed": _("looked again at what {name} is, has and allows"),
        "connection.looked_for": _("looked for an Odoo at {host}, port {port}"),
        "connection.removed": _("disconnected {name} ({url}, {database})"),
        "connection.paused": _("paused the sync of {name}"),
        "connection.resumed": _("resumed the sync of {name}"),
        "connection.writes_stopped": _("stopped all writing to {name}"),
        "connection.writes_allowed": _("allowed writing to {name} again"),
        "connection.identity_decided": _("decided which database {name} is now"),
        "quarantine.retried": _("tried {rows} quarantined rows of {mirror} again"),
        "sync.sweep_asked": _("asked for a sweep of {name}"),
        "sync.record_asked": _("asked for {mirror},{odoo_id} of {name} to be read again"),
        "audit.exported": _("exported {entries} as {form}"),
    }
)
