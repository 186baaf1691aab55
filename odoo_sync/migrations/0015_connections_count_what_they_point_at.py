"""A connection counts how often what it points at has changed, so that nothing planned before follows silently."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odoo_sync", "0014_stock_knows_packages_and_owners")]

    operations = [
        migrations.AddField(
            "connection",
            "generation",
            models.IntegerField(default=1, db_comment="grows with every change of what it points at"),
        ),
        migrations.AddField(
            "connection",
            "history_since",
            models.IntegerField(default=1, db_comment="generation since which no record was taken back"),
        ),
    ]
