from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

LINKS = (
    ("move", "move_next", "next_moves"),
    ("move", "move_previous", "previous_moves"),
    ("purchaseorderline", "purchase_line_feeds", "feeds_moves"),
)


class Migration(migrations.Migration):
    """A look-up of links no longer reads the index's list of pending entries; what is pending is taken in."""

    dependencies = [("odoo_sync", "0002_health_and_free_text")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER INDEX {name} SET (fastupdate = off); SELECT gin_clean_pending_list('{name}'::regclass)",
                    f"ALTER INDEX {name} RESET (fastupdate)",
                )
                for _, name, _ in LINKS
            ],
            state_operations=[
                operation
                for model, name, field in LINKS
                for operation in (
                    migrations.RemoveIndex(model, name),
                    migrations.AddIndex(model, GinIndex(fields=[field], name=name, fastupdate=False)),
                )
            ],
        )
    ]
