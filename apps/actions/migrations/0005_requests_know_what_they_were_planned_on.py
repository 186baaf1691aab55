"""A request is bound to what its connection pointed at when it was planned, and ends when that has changed."""

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
    ("outdated", "planned on another database"),
    ("undone", "undone"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0004_requests_end_with_their_odoo"),
        ("odoo_sync", "0015_connections_count_what_they_point_at"),
    ]

    operations = [
        migrations.AddField(
            "request",
            "generation",
            models.IntegerField(default=1, db_comment="the connection's, when it was planned"),
        ),
        migrations.AlterField("request", "state", models.CharField(choices=STATES, max_length=16)),
    ]
