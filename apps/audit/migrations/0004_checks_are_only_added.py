"""What a check of the chain found may only be added: the audit page shows the newest, and nobody may reword it."""

from django.db import migrations

ONLY_ADDED = """
CREATE FUNCTION audit_verification_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit verifications may not be changed or removed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_verification_append_only BEFORE UPDATE OR DELETE ON audit_verification
    FOR EACH ROW EXECUTE FUNCTION audit_verification_is_append_only();
CREATE TRIGGER audit_verification_no_truncate BEFORE TRUNCATE ON audit_verification
    FOR EACH STATEMENT EXECUTE FUNCTION audit_verification_is_append_only();
"""

UNPROTECTED = """
DROP TRIGGER audit_verification_no_truncate ON audit_verification;
DROP TRIGGER audit_verification_append_only ON audit_verification;
DROP FUNCTION audit_verification_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_find_entries_and_note_checks")]

    operations = [migrations.RunSQL(ONLY_ADDED, UNPROTECTED)]
