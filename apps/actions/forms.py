"""Forms for decisions on requests, and for the last step of a proposal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DecisionForm(forms.Form):
    """What the person looked at when deciding, and a word on it."""

    plan_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=512, required=False)


class VersionForm(forms.Form):
    """The version of the request that the page showed."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class SeenForm(forms.Form):
    """The preview that the person looked at, and the key of the request that it becomes."""

    seen_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
