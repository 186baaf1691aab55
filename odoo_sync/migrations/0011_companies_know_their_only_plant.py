import django.db.models.deletion
from django.db import migrations, models

import odoo_sync.mirror.base

VIEW = """
CREATE VIEW odoo_sync_soleplant AS
SELECT company_id, min(id) AS plant_id FROM odoo_sync_warehouse
WHERE gone_at IS NULL AND active IS NOT FALSE AND company_id IS NOT NULL
GROUP BY company_id HAVING count(*) = 1
"""


class Migration(migrations.Migration):
    """Machines have a company in Odoo, and stand in its plant where it has but one."""

    dependencies = [("odoo_sync", "0010_books_are_mirrored")]

    operations = [
        migrations.RunSQL(VIEW, "DROP VIEW odoo_sync_soleplant"),
        migrations.CreateModel(
            name="SolePlant",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="sole",
                        serialize=False,
                        to="odoo_sync.company",
                    ),
                ),
                ("plant", odoo_sync.mirror.base.Many2one(related_name="+", to="odoo_sync.warehouse")),
            ],
            options={"managed": False, "db_table": "odoo_sync_soleplant"},
        ),
    ]
