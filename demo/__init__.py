"""A factory group to try the tower on where no Odoo is at hand."""
