"""The purchases that belong to the loop check: whatever else moves leaves them and what hangs on them alone."""

from dataclasses import dataclass

from demo.world.register import Register

MARK = "CHECK/"
"""Begins the vendor reference of a reserved purchase; the key of its chain follows."""


@dataclass(frozen=True)
class Reserved:
    """Ids of what the check owns: purchases, the customer orders and manufacturing orders of their chains.

    Orders that other parts of the world need as they are, registered under ``kept_sale_`` and ``kept_production_``, are
    among them.
    """

    purchases: frozenset[int]
    sales: frozenset[int]
    productions: frozenset[int]


def reserved(register: Register) -> Reserved:
    """Everything reserved in this Odoo."""
    found = register.find("purchase.order", [["partner_ref", "=like", f"{MARK}%"]], ["partner_ref"])
    chains = {row["partner_ref"].removeprefix(MARK) for row in found}
    return Reserved(
        frozenset(row["id"] for row in found),
        frozenset(_of_chains(register, "sale_", chains)) | frozenset(register.keys("kept_sale_").values()),
        frozenset(_of_chains(register, "production_", chains)) | frozenset(register.keys("kept_production_").values()),
    )


def _of_chains(register: Register, prefix: str, chains: set[str]) -> list[int]:
    """Documents keyed `<prefix><chain>_<number>`."""
    documents = register.keys(prefix)
    return [number for key, number in documents.items() if key.removeprefix(prefix).rpartition("_")[0] in chains]
