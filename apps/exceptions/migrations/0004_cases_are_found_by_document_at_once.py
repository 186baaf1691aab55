from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """A look-up by document no longer reads the index's list of pending entries; what is pending is taken in."""

    dependencies = [("exceptions", "0003_cases_remember_their_facts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX cases_by_document SET (fastupdate = off);"
                    "SELECT gin_clean_pending_list('cases_by_document'::regclass)",
                    "ALTER INDEX cases_by_document RESET (fastupdate)",
                )
            ],
            state_operations=[
                migrations.RemoveIndex("case", "cases_by_document"),
                migrations.AddIndex(
                    "case", GinIndex(fields=["documents"], name="cases_by_document", fastupdate=False)
                ),
            ],
        )
    ]
