"""What an officer's phone sends. Every form carries a UUID made with it, so that a double tap counts once."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Membership
from guests.models import GuestLink, Handover, Incident, Movement, Request

_OLDEST_PAGE = timedelta(days=14)
_SOON = [(15, _("in 15 min")), (30, _("in 30 min")), (60, _("in 1 h"))]


class ActionForm(forms.Form):
    """Something done by one tap."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def action_uuid(self, *chosen: object) -> UUID:
        """The identity of what was done: the form's UUID and what was chosen on it.

        The same tap twice is one action; another button on the same form, reached by going back, is another.
        What came without a UUID counts each time.
        """
        return uuid5(self.cleaned_data["client_uuid"] or uuid4(), "/".join(map(str, chosen)))


class SeenForm(ActionForm):
    """That the changes on a page of a certain moment were seen."""

    at = forms.DateTimeField()

    def clean_at(self) -> datetime:
        """No page lies open for weeks."""
        at: datetime = self.cleaned_data["at"]
        if abs(timezone.now() - at) > _OLDEST_PAGE:
            raise forms.ValidationError(_("This page is too old."))
        return at


class CannotForm(ActionForm):
    """Why an officer cannot look after a guest."""

    because = forms.CharField(
        label=_("Why you cannot"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say why, so that your coordinator can help.")},
    )


class LeaveByForm(ActionForm):
    """When to leave for an item, on the event's clock; `distance` instead leaves it to the way."""

    item = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    time = forms.TimeField(
        label=_("Leave by"),
        required=False,
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TimeInput(attrs={"type": "time", "autocomplete": "off"}, format="%H:%M"),
        error_messages={"invalid": _("Give the time as 14:05.")},
    )
    distance = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("distance") and cleaned.get("time") is None and not self.errors:
            self.add_error("time", _("Give the time as 14:05."))
        return cleaned


class MovementForm(ActionForm):
    """Where the guest is now: one of the places that the event uses."""

    status = forms.ChoiceField(choices=Movement.choices)

    def __init__(self, *args: Any, used: Collection[Movement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._used = used

    def clean_status(self) -> Movement:
        status = Movement(self.cleaned_data["status"])
        if status not in self._used:
            said = {"status": status.label}
            raise forms.ValidationError(_("This event does not note “%(status)s” any more."), "unused", said)
        return status


class DelayForm(ActionForm):
    """How late the guest is for which item of the plan."""

    item = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)
    minutes = forms.IntegerField(
        label=_("Other minutes"),
        min_value=1,
        max_value=720,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class PlainText(forms.CharField):
    """Text whose line ends count as one character, as the browser counts them."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class RequestForm(ActionForm):
    """What the guest needs: a preset in one tap, with a note and a deadline if there is time for them."""

    text = PlainText(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"max_length": _("Keep it to %(limit_value)d characters; this has %(show_value)d.")},
    )
    due = forms.TypedChoiceField(
        label=_("Needed"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        choices=[("", _("as usual")), *_SOON, (0, _("no deadline"))],
    )
    category = forms.ChoiceField(choices=Request.Category.choices)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("category") == Request.Category.OTHER and not cleaned.get("text") and not self.errors:
            self.add_error("text", _("Say what is needed."))
        return cleaned

    def due_at(self, at: datetime, usual: Mapping[str, int]) -> datetime | None:
        """When it is needed, counted from the moment `at`; where nothing was chosen, as usual for what it is."""
        chosen = self.cleaned_data["due"]
        minutes = usual[self.cleaned_data["category"]] if chosen is None else chosen
        return at + timedelta(minutes=minutes) if minutes else None


class DeadlineForm(ActionForm):
    """When a request is needed instead."""

    due = forms.TypedChoiceField(
        label=_("Needed"), coerce=int, widget=forms.RadioSelect, choices=[*_SOON, (0, _("no deadline"))]
    )

    def due_at(self, at: datetime) -> datetime | None:
        """The chosen deadline, counted from the moment `at`."""
        minutes: int = self.cleaned_data["due"]
        return at + timedelta(minutes=minutes) if minutes else None


class DeclineForm(ActionForm):
    """Why a request is declined."""

    reason = PlainText(
        label=_("Why it is declined"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={
            "required": _("Say why it is declined."),
            "max_length": _("Keep it to %(limit_value)d characters; this has %(show_value)d."),
        },
    )


class CommentForm(ActionForm):
    """A word on a request."""

    text = PlainText(
        label=_("Your word on it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={
            "required": _("Write something first."),
            "max_length": _("Keep it to %(limit_value)d characters; this has %(show_value)d."),
        },
    )


class OwnerForm(ActionForm):
    """Who sees to a request from now on."""

    owner: Any = forms.ModelChoiceField(
        label=_("Who sees to it"),
        queryset=Membership.objects.none(),
        error_messages={
            "required": _("Choose who sees to it."),
            "invalid_choice": _("This person is not with the guest now. Choose somebody else."),
        },
    )

    def __init__(self, *args: Any, owners: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class HandoverForm(ActionForm):
    """To whom the guest is handed over, and what the receiver has to know."""

    receiver: Any = forms.ModelChoiceField(
        label=_("Who takes over"),
        queryset=Membership.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose who takes over.")},
    )

    def __init__(
        self, *args: Any, receivers: QuerySet[Membership], proposed: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = receivers  # type: ignore[attr-defined]
        for part in Handover.Part:
            self.fields[part.value] = PlainText(
                label=part.label,
                max_length=1000,
                required=False,
                initial=proposed.get(part, ""),
                widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
            )

    @property
    def parts(self) -> list[forms.BoundField]:
        return [self[part.value] for part in Handover.Part]

    @property
    def note(self) -> dict[str, str]:
        """What was written, part by part."""
        return {part.value: self.cleaned_data[part.value] for part in Handover.Part}


class IncidentForm(ActionForm):
    """What went wrong: its kind in one tap, with a note and how serious it is."""

    kind = forms.ChoiceField(choices=Incident.Kind.choices)
    severity = forms.ChoiceField(
        label=_("How serious"),
        choices=Incident.Severity.choices[:-1],  # an alarm has a page of its own
        initial=Incident.Severity.MINOR,
        widget=forms.RadioSelect,
    )
    text = PlainText(
        label=_("What happened"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"max_length": _("Keep it to %(limit_value)d characters; this has %(show_value)d.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == Incident.Kind.OTHER and not cleaned.get("text") and not self.errors:
            self.add_error("text", _("Say what happened."))
        return cleaned


class AlarmForm(ActionForm):
    """A call for help, with the place where it is known."""

    kind = forms.ChoiceField(
        choices=[(each.value, each.label) for each in (Incident.Kind.SECURITY, Incident.Kind.MEDICAL)]
    )
    place = forms.CharField(label=_("Where"), required=False, max_length=200)


class GuestLinkForm(ActionForm):
    """How long a link to the guest's own screen lasts."""

    lasts = forms.ChoiceField(
        label=_("Open for"),
        choices=GuestLink.Lasts.choices,
        initial=GuestLink.Lasts.STAY,
        widget=forms.RadioSelect,
    )


class ReportForm(forms.Form):
    """What is signed."""

    text = PlainText(
        label=_("What is to be signed"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off"}),
        error_messages={"max_length": _("Keep it to %(limit_value)d characters; this has %(show_value)d.")},
    )
