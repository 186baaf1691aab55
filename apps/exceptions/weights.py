"""The weights of the score, which the group, a company, a plant or a product may have of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from apps.exceptions.limits import Kind, Rule, add_rule
from apps.exceptions.score import Parameters

RULE = add_rule(Rule("score", gettext_lazy("Weights of the score"), Parameters, kind=Kind.SCORE))
