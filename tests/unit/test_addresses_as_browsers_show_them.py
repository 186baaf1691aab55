"""What people copy out of a browser is cut down to where Odoo answers."""

import pytest

from apps.console.settings.connection_forms import plain_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://odoo.example.com", "https://odoo.example.com"),
        (" https://odoo.example.com/ ", "https://odoo.example.com"),
        ("https://odoo.example.com/web#action=1&cids=1", "https://odoo.example.com"),
        ("https://odoo.example.com/web?debug=1#menu_id=4", "https://odoo.example.com"),
        ("https://odoo.example.com/odoo/sales/12", "https://odoo.example.com"),
        ("http://odoo.example.com:8069/odoo/action-123?debug=assets", "http://odoo.example.com:8069"),
        ("https://example.com/erp/web/login?redirect=/odoo", "https://example.com/erp"),
        ("https://example.com/erp", "https://example.com/erp"),
        ("https://example.com/erp/odoo", "https://example.com/erp"),
        ("https://web/odoo", "https://web"),
        ("odoo", "odoo"),
        ("http://[1", "http://[1"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_origin_and_prefix(typed: str, meant: str) -> None:
    assert plain_address(typed) == meant
