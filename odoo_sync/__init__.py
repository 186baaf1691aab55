"""The only package that talks to Odoo: reads it into the mirror, writes for the outbox."""
