from django.db import migrations, models


class Migration(migrations.Migration):
    """A card recommends what fits its case, which is not always the first thing that its kind knows."""

    dependencies = [
        ("exceptions", "0008_money_that_runs_and_machines"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="remedy",
            field=models.CharField(
                blank=True, db_comment="recommended action; empty is the detector's first", default="", max_length=64
            ),
            preserve_default=False,
        ),
    ]
