from __future__ import annotations

from typing import Any

import django.db.models.functions.text
from django.core.management import CommandError
from django.db import migrations, models


def refuse_clashes(apps: Any, editor: Any) -> None:
    """Which of the names stays is for people to say: the others of each row are renamed by hand before this runs."""
    users = apps.get_model("accounts", "User").objects.annotate(plain=django.db.models.functions.text.Lower("username"))
    known: dict[str, list[str]] = {}
    for plain, name in users.order_by("username").values_list("plain", "username"):
        known.setdefault(plain, []).append(name)
    if clashes := [", ".join(sorted(names)) for names in known.values() if len(names) > 1]:
        raise CommandError(
            "These sign-in names differ only in upper and lower case, and each may be there once: "
            f"{'; '.join(clashes)}. Nothing has been changed. Rename all but one of each in the database, "
            "UPDATE accounts_user SET username = 'new name' WHERE username = 'old name'; tell these people their new "
            "name, and migrate again."
        )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial_tables"),
    ]

    operations = [
        migrations.RunPython(refuse_clashes, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("username"),
                name="sign_in_names_differ_by_more_than_case",
                violation_error_message=(
                    "Somebody signs in with this name already, if in other upper and lower case. Choose another name."
                ),
            ),
        ),
    ]
