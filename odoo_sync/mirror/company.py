"""Mirrors of companies, partners, users and their calendars."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2many, Many2one, Mirror, Source, mirrors


@mirrors.add
class WorkingCalendar(Mirror):
    """When a company or work centre works, and in which time zone. Odoo: resource.calendar."""

    key = "resource.calendar"
    source = Source(model="resource.calendar", renames={"time_zone": "tz"}, archived=True)

    name = models.CharField()
    company = Many2one("odoo_sync.Company")
    time_zone = models.CharField(null=True)
    active = models.BooleanField(null=True)


@mirrors.add
class WorkingHours(Mirror):
    """One stretch of a working week, or its lunch. Odoo: resource.calendar.attendance; Monday is 0; hours are local.

    ``week`` is the parity of the weeks that it counts in, null where it counts in all: the whole weeks since the first
    of January of the year 1, 0 for the first. ``begins_on`` and ``ends_on`` are the first and last day it counts, null
    for no bound. One with a ``resource_id`` counts for that resource alone.
    """

    key = "resource.calendar.attendance"
    source = Source(
        model="resource.calendar.attendance",
        renames={
            "calendar": "calendar_id",
            "weekday": "dayofweek",
            "from_hour": "hour_from",
            "to_hour": "hour_to",
            "period": "day_period",
            "week": "week_type",
            "begins_on": "date_from",
            "ends_on": "date_to",
        },
        extra=("resource_id",),
        optional=("period", "week", "begins_on", "ends_on", "resource_id"),
    )
    company_path = "calendar__company"

    calendar = Many2one(WorkingCalendar, related_name="hours")
    weekday = models.CharField(null=True)
    from_hour = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    to_hour = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    period = models.CharField(null=True)
    week = models.CharField(null=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)


@mirrors.add
class Company(Mirror):
    """One company of the group. Odoo: res.company. Read by everyone who may see one of its plants.

    ``extra`` says whether an add-on answers documents to sister companies by itself: intercompany_invoicing of
    account_invoice_inter_company (OCA), intercompany_generate_bills_refund of Enterprise 18 (unverified).
    """

    key = "res.company"
    source = Source(
        model="res.company",
        renames={"calendar": "resource_calendar_id"},
        extra=("intercompany_invoicing", "intercompany_generate_bills_refund"),
        optional=("intercompany_invoicing", "intercompany_generate_bills_refund"),
        lane=Lane.WARM,
        archived=True,
    )
    company_path = "id"

    name = models.CharField()
    partner = Many2one("odoo_sync.Partner")
    parent = Many2one("self")
    currency = Many2one("odoo_sync.Currency")
    calendar = Many2one(WorkingCalendar)
    active = models.BooleanField(null=True)


@mirrors.add
class Partner(Mirror):
    """A vendor, customer, company or contact. Odoo: res.partner.

    A partner without a company is shared by the group and seen by all. Customers are counted by
    ``commercial_partner``. ``tags`` are the keys of partner tags, archived ones too; a contact has its own, which
    are not those of its commercial partner.
    """

    key = "res.partner"
    source = Source(
        model="res.partner", renames={"time_zone": "tz", "tags": "category_id"}, lane=Lane.WARM, archived=True
    )
    company_path = None

    name = models.CharField(null=True)
    parent = Many2one("self")
    commercial_partner = Many2one("self")
    company = Many2one(Company)
    is_company = models.BooleanField(null=True)
    email = models.CharField(null=True)
    time_zone = models.CharField(null=True)
    customer_rank = models.IntegerField(null=True)
    supplier_rank = models.IntegerField(null=True)
    tags = Many2many()
    active = models.BooleanField(null=True)


@mirrors.add
class OdooUser(Mirror):
    """A person with a sign-in in Odoo, as buyers, salespeople and writers are named. Odoo: res.users."""

    key = "res.users"
    source = Source(model="res.users", archived=True)

    name = models.CharField(null=True)
    login = models.CharField(null=True)
    partner = Many2one(Partner)
    company = Many2one(Company)
    active = models.BooleanField(null=True)
