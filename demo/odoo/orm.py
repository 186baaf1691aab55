"""The base of every model: what Odoo's ``models.Model`` offers to a client."""

from __future__ import annotations

from demo.odoo.describing import Describing
from demo.odoo.grouping import Grouping
from demo.odoo.loading import Loading
from demo.odoo.registry import computed
from demo.odoo.webcalls import WebCalls

NO_VIEW = 1
"""Stands for the number of a form in the actions Odoo returns; there are no forms here."""


class Model(Describing, Grouping, Loading, WebCalls):
    """A part of a model. Parts of one name are joined, the business areas each adding theirs.

    ``_declare`` holds fields no recorded table has, ``_defaults`` values or functions of an empty record set,
    ``_related`` paths, ``_belongs_to`` the many2one fields along which deletion cascades, ``_far_side`` the
    many2many fields whose pairs lie on the other model, ``_restricts`` the many2one fields that keep their target from
    being deleted without being mandatory.
    """

    @computed("display_name")
    def _display_name(self) -> str:
        return str(self._shown_name())
