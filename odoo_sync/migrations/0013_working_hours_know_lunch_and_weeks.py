from django.db import migrations, models

READ_AGAIN = """
UPDATE odoo_sync_cursor SET loaded_at = NULL, load_started_at = NULL, load_total = NULL, loaded_id = 0
WHERE mirror = 'resource.calendar.attendance'
"""


class Migration(migrations.Migration):
    """Working hours know which of them are lunch and in which weeks and days they count; all are read once more."""

    dependencies = [("odoo_sync", "0012_changes_are_told_of_for_certain")]

    operations = [
        migrations.AddField("workinghours", "period", models.CharField(null=True)),
        migrations.AddField("workinghours", "week", models.CharField(null=True)),
        migrations.AddField("workinghours", "begins_on", models.DateField(null=True)),
        migrations.AddField("workinghours", "ends_on", models.DateField(null=True)),
        migrations.RunSQL(READ_AGAIN, migrations.RunSQL.noop),
    ]
