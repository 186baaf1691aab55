"""Template tags of the frame: badge, money, ago, icon."""

from django import template

register = template.Library()
