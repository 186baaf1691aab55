"""Where the documents that a case names can be opened in Odoo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from controltower.lib.keys import split_key
from odoo_sync.mirror.base import mirrors
from odoo_sync.models import Connection

# Lines have no page of their own in Odoo: the document they are on is opened.
PARENTS = {
    "purchase.order.line": ("order", "purchase.order"),
    "sale.order.line": ("order", "sale.order"),
    "stock.move": ("transfer", "stock.picking"),
    "qc.inspection.line": ("inspection", "qc.inspection"),
    "mrp.workcenter.productivity": ("work_centre", "mrp.workcenter"),
    "account.move.line": ("entry", "account.move"),
}


@dataclass(frozen=True)
class Documents:
    """Addresses of mirrored rows in the Odoo they come from. The address form is understood by Odoo 16 to 18."""

    base: str = ""
    parents: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, rows: Iterable[tuple[str, int | None]]) -> Documents:
        """Look up the documents of all lines named; one query per kind of line."""
        wanted: dict[str, set[int]] = {}
        for mirror, key in rows:
            if mirror in PARENTS and key is not None:
                wanted.setdefault(mirror, set()).add(key)
        parents: dict[tuple[str, int], tuple[str, int]] = {}
        for mirror, keys in wanted.items():
            column, parent_mirror = PARENTS[mirror]
            found = mirrors[mirror].everything.filter(pk__in=keys).values_list("pk", f"{column}_id")
            parents.update({(mirror, key): (parent_mirror, parent) for key, parent in found if parent is not None})
        return cls(connection.url.rstrip("/"), parents)

    def url(self, mirror: str, key: int | None) -> str:
        """The page of a row, or of the document its line is on; empty where there is none."""
        if not mirror or key is None or not self.base.startswith(("http://", "https://")):
            return ""
        if mirror in PARENTS:
            mirror, key = self.parents.get((mirror, key), ("", 0))
        if mirror not in mirrors:
            return ""
        asked = {"id": split_key(key)[1], "model": mirrors[mirror].source.model, "view_type": "form"}
        return f"{self.base}/web#{urlencode(asked)}"
