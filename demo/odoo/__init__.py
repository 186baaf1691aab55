"""The stand-in Odoo: an in-memory server that speaks Odoo 18."""
