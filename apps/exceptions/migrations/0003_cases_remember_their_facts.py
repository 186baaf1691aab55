from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import CASCADE, Q


class Migration(migrations.Migration):
    """Cases keep a digest of what was judged; the timetable says where, and what could not be judged.

    The timetable is emptied: the next sweep writes it anew.
    """

    dependencies = [("exceptions", "0002_events_say_who_leaves"), ("odoo_sync", "0001_initial_tables")]

    operations = [
        migrations.RunSQL("DELETE FROM exceptions_check", migrations.RunSQL.noop),
        migrations.AddField(
            "case",
            "facts",
            models.CharField(blank=True, db_comment="digest of the facts of the last finding", default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            "check",
            "connection",
            models.ForeignKey(on_delete=CASCADE, related_name="+", to="odoo_sync.connection", default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            "check", "cannot_judge", models.CharField(blank=True, max_length=512, default=""), preserve_default=False
        ),
        migrations.AddIndex("case", GinIndex(fields=["documents"], name="cases_by_document")),
        migrations.AddIndex(
            "case",
            models.Index(condition=Q(state="snoozed"), fields=["snoozed_until"], name="snoozed_cases_by_time"),
        ),
    ]
