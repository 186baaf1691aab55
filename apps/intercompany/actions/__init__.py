"""What can be done in Odoo about documents between companies, one file each."""
