from django.db import migrations, models
from django.db.models.functions import Now

SINCE = """
UPDATE notifications_escalationcontact AS contact SET named_at = path.set_at
FROM notifications_escalationpath AS path WHERE path.id = contact.path_id
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_escalations_are_told_once")]

    operations = [
        migrations.AddField("escalationcontact", "named_at", models.DateTimeField(db_default=Now())),
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
    ]
