"""The requester that an approval repeats is the request's own: held by the database, not by good will."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("actions", "0002_outbox_leases_records_and_notes")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE actions_approval ADD CONSTRAINT approval_of_this_requester
            FOREIGN KEY (request_id, requested_by_id) REFERENCES actions_request (id, requested_by_id);
            """,
            "ALTER TABLE actions_approval DROP CONSTRAINT approval_of_this_requester;",
        )
    ]
