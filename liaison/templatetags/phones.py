"""Phones on pages."""

from django import template

from liaison.phones import chat_address, dialled

register = template.Library()
register.filter("dialled", dialled)
register.filter("chat_address", chat_address)
