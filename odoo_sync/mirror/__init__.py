"""Mirrors of Odoo's records, one file per business area; a new mirror is a class and its migration."""
