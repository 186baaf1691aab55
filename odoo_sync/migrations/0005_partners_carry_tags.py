import django.db.models.manager
from django.db import migrations, models

import odoo_sync.mirror.base

READ_AGAIN = """
UPDATE odoo_sync_cursor SET loaded_at = NULL, load_started_at = NULL, load_total = NULL, loaded_id = 0
WHERE mirror = 'res.partner'
"""


class Migration(migrations.Migration):
    """Partners know their tags; those mirrored before are read once more, since nothing in Odoo has changed on them."""

    dependencies = [("odoo_sync", "0004_narrow_promise_index")]

    operations = [
        migrations.CreateModel(
            name="PartnerTag",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_comment="connection_id << 40 | Odoo id", primary_key=True, serialize=False
                    ),
                ),
                ("written_at", models.DateTimeField(db_comment="Odoo write_date, UTC, whole seconds", null=True)),
                ("read_began_at", models.DateTimeField(null=True)),
                ("read_ended_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("extra", models.JSONField(default=dict)),
                ("name", models.CharField(null=True)),
                ("active", models.BooleanField(null=True)),
            ],
            options={"abstract": False, "base_manager_name": "everything"},
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="partner",
            name="tags",
            field=odoo_sync.mirror.base.Many2many(default=list, size=None),
        ),
        migrations.RunSQL(READ_AGAIN, migrations.RunSQL.noop),
    ]
