"""The catalogue document and what every member owes the reader."""

from dataclasses import fields

import pytest
from django.core.management import CommandError, call_command

from apps.exceptions.catalogue import render
from apps.exceptions.definition import Severity, detectors
from apps.exceptions.management.commands import catalogue
from apps.exceptions.words import kind_of


def test_the_document_says_what_is_registered():
    call_command("catalogue", "--verify", verbosity=0)


def test_an_outdated_document_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "DOCUMENT", tmp_path / "catalogue.md")
    with pytest.raises(CommandError, match=r"run \./tower manage catalogue"):
        call_command("catalogue", "--verify", verbosity=0)
    call_command("catalogue", verbosity=0)
    assert (tmp_path / "catalogue.md").read_text() == render()


@pytest.mark.parametrize("detector", list(detectors), ids=lambda one: one.code)
def test_every_detector_explains_itself(detector):
    assert len(detector.__doc__ or "") > 200
    assert detector.title and detector.owner and detector.domain and detector.code
    assert kind_of(detector.key)[0] == detector.code
    assert detector.limits is not None
    assert set(detector.limits.titles) == {one.name for one in fields(detector.limits)}
    assert not list(detector.limits.problems())


def test_codes_are_unique():
    codes = [detector.code for detector in detectors]
    assert len(codes) == len(set(codes))


def test_the_formula_of_money_is_in_the_document_for_whoever_recomputes_it():
    text = render()
    for word in ("qty_delivered", "price_reduce_taxexcl", "commitment_date", "move_dest_ids", "rounded half up"):
        assert word in text


def test_severities_are_the_four_of_the_catalogue():
    assert [one.value for one in Severity] == ["critical", "high", "medium", "low"]
