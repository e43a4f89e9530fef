"""Lists of the desk that a person keeps: filters and a search under a name, as a link above the table."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.admin import site
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.accounts.models import SavedList

_OF_THE_PAGE = {"p", "all", "_popup", "_to_field", "e"}  # says how a list is shown, not which


def question_in(query: str) -> str:
    """What of an address says which rows are asked for, and in which order; empty for the whole table."""
    asked = QueryDict(query)
    kept = QueryDict(mutable=True)
    for key, values in asked.lists():
        said = [value for value in values if value]
        if key not in _OF_THE_PAGE and said:
            kept.setlist(key, said)
    return kept.urlencode()


def lists_above(model: type[Any], request: HttpRequest) -> dict[str, Any]:
    """What stands above a table: the lists the person keeps of it, and the present one where it asks something."""
    user: Any = request.user
    question = question_in(request.META.get("QUERY_STRING", ""))
    kept = list(user.saved_lists.filter(table=model._meta.label_lower))  # noqa: SLF001 (Django's own API)
    return {
        "saved_lists": kept,
        "question": question,
        "present_list": next((one for one in kept if one.query == question), None),
        "table": model._meta.label_lower,  # noqa: SLF001 (Django's own API)
    }


class _Keeping(forms.Form):
    table = forms.CharField()
    name = forms.CharField(max_length=80)
    query = forms.CharField(max_length=1000)


@require_POST
def keep_list(request: HttpRequest) -> HttpResponse:
    """Keep the present list under a name, in the place of one of that name; or, with `forget`, keep it no more."""
    user: Any = request.user
    address = _address_of(request.POST.get("table", ""), request)
    form = _Keeping(request.POST)
    if not form.is_valid() or not (query := question_in(form.cleaned_data["query"])):
        messages.error(
            request, _("Give the list a name of at most 80 characters, and search or filter it first.")
        )
        return HttpResponseRedirect(address)
    table, name = form.cleaned_data["table"], form.cleaned_data["name"]
    if "forget" in request.POST:
        user.saved_lists.filter(table=table, name=name).delete()
    else:
        SavedList.objects.update_or_create(user=user, table=table, name=name, defaults={"query": query})
    return HttpResponseRedirect(f"{address}?{query}")


def _address_of(table: str, request: HttpRequest) -> str:
    """The address of a table that the person may open; 404 for any other."""
    try:
        model = apps.get_model(table)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if not site.is_registered(model) or not site.get_model_admin(model).has_view_permission(request):
        raise Http404
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")  # noqa: SLF001 (Django's own API)
