"""Pages that look across applications: home, sync, audit trail, settings."""
