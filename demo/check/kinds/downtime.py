"""A machine stops, a maintenance lead asks for its repair and lets it run again, Odoo is changed, the case closes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from demo.check.downtime_oracle import DowntimeOracle, Machine, text
from demo.check.drive import Card, Drive, LegError, plain_words
from demo.check.ears import Ears
from demo.check.pages import Person

MARK = "CHECK/"
STOP = "mrp.workcenter.productivity"
CENTS = Decimal("0.02")


class Downtime(Drive):
    """The loop of a machine that stands still (A1): money that grows, a repair made once, and the way back to work."""

    kind = "downtime"

    def drive(self) -> None:
        with self.timed("sign_in"):
            stranger, manager = self.enter("stranger"), self.enter("plant_manager")
            hers, theirs = Ears(manager), Ears(stranger)
        with self.timed("choose"):
            oracle = DowntimeOracle(self.odoo)
            machine = oracle.choose_machine(self.seed, datetime.now(UTC))
            self.facts |= {"machine": machine.name, "since_hours": machine.since.total_seconds() / 3600}
        began = (datetime.now(UTC) - machine.since).replace(microsecond=0)
        mark = f"{MARK}{self.seed}-{began:%H%M%S}"
        stop: list[int] = []
        card = self.card_after(
            hers, lambda: stop.append(self.stop(machine, began, mark)), lambda card: mark in card["html"],
            about=machine.name, name="case_arrives",
        )  # fmt: skip
        with self.timed("impact"):
            self.right_impact(oracle, machine, began, card, manager)
        with self.timed("stranger"):
            self.stranger_hears_nothing(stranger, theirs, card["case"], hers)
        lead = self.lead_of(card["case"], manager)
        with self.timed("tie"):
            equipment = self.tie(lead, oracle, machine)
        repair = self.request(
            lead, card["case"], "maintenance.request_repair", preview=machine.name, form_of=plain_words
        )
        with self.timed("repair_verified"):
            self.wait_verified(lead, repair)
        with self.timed("odoo_has_the_repair"):
            self.one_repair(oracle, machine, equipment, card["case"])
        request = self.request(lead, card["case"], "maintenance.unblock", preview=machine.name, form_of=plain_words)
        with self.timed("verified"):
            self.wait_verified(lead, request)
        with self.timed("odoo_agrees"):
            self.runs_again(oracle, machine, stop[0])
        with self.timed("closed"):
            self.closes(hers, card["case"])
        with self.timed("audit"):
            self.audit_verifies(request, approved=False)
        hers.close(), theirs.close()

    def stop(self, machine: Machine, began: datetime, mark: str) -> int:
        """Somebody at the machine says in Odoo that it stands still."""
        context = {"allowed_company_ids": [machine.company]}
        domain = [["loss_type", "=", "availability"], ["manual", "=", True]]
        loss = self.odoo.call("mrp.workcenter.productivity.loss", "search", domain, limit=1, context=context)[0]
        values = {
            "workcenter_id": machine.id,
            "loss_id": loss,
            "description": mark,
            "company_id": machine.company,
            "date_start": text(began),
        }
        made: Any = self.odoo.call(STOP, "create", [values], context=context)
        return int(made[0] if isinstance(made, list) else made)

    def right_impact(
        self, oracle: DowntimeOracle, machine: Machine, began: datetime, card: Card, person: Person
    ) -> None:
        """Money to the cent at the moment that the card names, and every customer by name on the case."""
        running = re.search(r'data-at="([^"]+)"', card["html"])
        counted = datetime.fromisoformat(running.group(1)) if running else datetime.now(UTC)
        lines = oracle.endangered(machine.id, machine.company, began, counted)
        orders = sum((oracle.worth(one) for one in lines), Decimal(0)).quantize(Decimal("0.01"))
        expected = orders + oracle.idle(machine.id, machine.company, began, counted)
        said = Decimal(card["facets"]["money"])
        self.facts |= {"money": str(said), "orders": str(orders), "customers": len(machine.customers)}
        if abs(said - expected) > CENTS:
            raise LegError(f"the card says {said} at risk, Odoo says {expected} ({orders} of it orders)")
        page = person.get(f"/cases/{card['case']}/")
        missing = [name for name in machine.customers if name not in page.text]
        if page.status != 200 or missing:
            raise LegError(f"{page.url} ({page.status}) does not name {', '.join(missing) or 'anything'}")

    def lead_of(self, case: int, manager: Person) -> Person:
        """The maintenance lead where the case is theirs, else the manager of both plants."""
        lead = self.enter("maintenance_lead")
        return lead if lead.get(f"/cases/{case}/").status == 200 else manager

    def tie(self, lead: Person, oracle: DowntimeOracle, machine: Machine) -> int | None:
        """What is proposed for the machine is confirmed on the page of machines; None where nothing is proposed."""
        page = lead.get("/settings/machines/?state=open")
        wanted = [
            (form, key)
            for form in page.forms
            if (key := form.values.get("centre", "")).isdigit() and int(key) & (2**40 - 1) == machine.id
        ]
        if page.status != 200:
            raise LegError(f"the page of machines cannot be opened: {page.status}")
        confirmed = next(
            (form for form, _key in wanted if "centre" in form.kinds and form.kinds["centre"] == "hidden"), None
        )
        if confirmed is None:
            return self._tied(lead, machine)
        done = lead.send(page, confirmed)
        if done.status != 200 or f"stands at {machine.name} now" not in done.text:
            raise LegError(f"the machine was not tied: {done.status} {done.text[:300]}")
        found = re.search(r"/settings/machines/(\d+)/", confirmed.action)
        return int(found.group(1)) & (2**40 - 1) if found else None

    def _tied(self, lead: Person, machine: Machine) -> int | None:
        """The equipment that an earlier drive has tied to the machine."""
        page = lead.get("/settings/machines/?state=tied")
        for form in page.forms:
            found = re.search(r"/settings/machines/(\d+)/", form.action)
            before = form.values.get("before", "")
            if found and before.isdigit() and int(before) & (2**40 - 1) == machine.id:
                return int(found.group(1)) & (2**40 - 1)
        return None

    def one_repair(self, oracle: DowntimeOracle, machine: Machine, equipment: int | None, case: int) -> None:
        """One corrective request with the way back to the case, for the equipment that was tied."""
        fields = ["equipment_id", "maintenance_team_id", "company_id", "archive", "description"]
        domain = [["maintenance_type", "=", "corrective"], ["description", "like", f"/cases/{case}/"]]
        found = oracle.rows("maintenance.request", domain, fields)
        if len(found) != 1:
            raise LegError(f"Odoo holds {len(found)} requests about case {case}, not one")
        [row] = found
        told = row["equipment_id"][0] if row["equipment_id"] else None
        if told != equipment or row["company_id"][0] != machine.company or row["archive"]:
            raise LegError(f"the request is not as asked for: {row}")
        self.facts["equipment"] = row["equipment_id"][1] if row["equipment_id"] else "none"

    def runs_again(self, oracle: DowntimeOracle, machine: Machine, stop: int) -> None:
        """Read over an RPC login of our own."""
        [row] = oracle.rows("mrp.workcenter", [["id", "=", machine.id]], ["working_state"])
        [ended] = oracle.rows(STOP, [["id", "=", stop]], ["date_end"])
        if row["working_state"] != "normal" or not ended["date_end"]:
            raise LegError(f"{machine.name} is {row['working_state']}, its stop ended {ended['date_end']}")
