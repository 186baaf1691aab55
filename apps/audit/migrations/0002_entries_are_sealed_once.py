"""Entries may only be added and sealed once; roots may only be added. The database holds to it for every client."""

import django.db.models.functions.datetime
from django.db import migrations, models

SEALED_ONCE = """
CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.position IS NOT NULL OR NEW.previous_hash IS NOT NULL OR NEW.hash IS NOT NULL THEN
            RAISE EXCEPTION 'an audit entry is added unsealed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.position IS NULL AND NEW.position IS NOT NULL
           AND (to_jsonb(OLD) - ARRAY['position', 'previous_hash', 'hash'])
             = (to_jsonb(NEW) - ARRAY['position', 'previous_hash', 'hash'])
           AND OLD.details::text = NEW.details::text
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'audit entry % may not be changed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RAISE EXCEPTION 'audit entries may not be removed' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_entry_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only();

CREATE FUNCTION audit_root_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit roots may not be changed or removed' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_root_append_only BEFORE UPDATE OR DELETE ON audit_dailyroot
    FOR EACH ROW EXECUTE FUNCTION audit_root_is_append_only();
CREATE TRIGGER audit_root_no_truncate BEFORE TRUNCATE ON audit_dailyroot
    FOR EACH STATEMENT EXECUTE FUNCTION audit_root_is_append_only();
"""

UNPROTECTED = """
DROP TRIGGER audit_root_no_truncate ON audit_dailyroot;
DROP TRIGGER audit_root_append_only ON audit_dailyroot;
DROP FUNCTION audit_root_is_append_only();
DROP TRIGGER audit_entry_no_truncate ON audit_entry;
DROP TRIGGER audit_entry_append_only ON audit_entry;
DROP FUNCTION audit_entry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial_tables")]

    operations = [
        migrations.CreateModel(
            name="DailyRoot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_on", models.DateField(unique=True)),
                ("count", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(hash=None, position=None, previous_hash=None)
                | models.Q(hash__isnull=False, position__gt=0, previous_hash__isnull=False),
                name="a_sealed_entry_has_position_and_both_hashes",
            ),
        ),
        migrations.RunSQL(SEALED_ONCE, UNPROTECTED),
    ]
