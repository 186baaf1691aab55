import django.db.models.manager
from django.db import migrations, models

import odoo_sync.mirror.base

READ_AGAIN = """
UPDATE odoo_sync_cursor SET loaded_at = NULL, load_started_at = NULL, load_total = NULL, loaded_id = 0
WHERE mirror IN ('stock.quant', 'stock.move.line', 'stock.warehouse')
"""


class Migration(migrations.Migration):
    """Stock lies in packages and has owners, plants a type of internal transfers: all of it is read once more."""

    dependencies = [
        ("odoo_sync", "0013_working_hours_know_lunch_and_weeks"),
    ]

    operations = [
        migrations.AddField(
            model_name="moveline",
            name="owner",
            field=odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.partner"),
        ),
        migrations.AddField(
            model_name="quant",
            name="owner",
            field=odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.partner"),
        ),
        migrations.AddField(
            model_name="warehouse",
            name="internal_type",
            field=odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.operationtype"),
        ),
        migrations.CreateModel(
            name="Package",
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
                ("name", models.CharField()),
                ("company", odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.company")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "everything",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="moveline",
            name="package",
            field=odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.package"),
        ),
        migrations.AddField(
            model_name="moveline",
            name="to_package",
            field=odoo_sync.mirror.base.Many2one(db_index=False, related_name="+", to="odoo_sync.package"),
        ),
        migrations.AddField(
            model_name="quant",
            name="package",
            field=odoo_sync.mirror.base.Many2one(related_name="+", to="odoo_sync.package"),
        ),
        migrations.RunSQL(READ_AGAIN, migrations.RunSQL.noop),
    ]
