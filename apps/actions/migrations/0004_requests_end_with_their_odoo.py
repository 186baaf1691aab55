"""A request whose Odoo was disconnected ends in a state of its own."""

from django.db import migrations, models

STATES = [
    ("waiting", "waiting for approval"),
    ("approved", "on its way"),
    ("rejected", "rejected"),
    ("withdrawn", "withdrawn"),
    ("expired", "not decided in time"),
    ("verified", "verified in Odoo"),
    ("partial", "partly done"),
    ("conflict", "changed by someone else"),
    ("refused", "refused by Odoo"),
    ("unknown", "effect not known"),
    ("disconnected", "its Odoo was disconnected"),
    ("undone", "undone"),
]


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_approval_names_its_requester")]

    operations = [
        migrations.AlterField("request", "state", models.CharField(choices=STATES, max_length=16)),
    ]
