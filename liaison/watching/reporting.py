"""Errors told to a Sentry, where SENTRY_DSN names one: where they arose, never what anybody wrote or is called."""

from typing import Any

from liaison.watching.logs import SPEAK_OF_MACHINES
from liaison.watching.trace import request_id
from liaison.watching.version import VERSION
from liaison.weblog import without_secrets

_DROPPED = ("breadcrumbs", "contexts", "extra", "modules", "request", "server_name", "user")


def report_errors_to(address: str) -> None:
    """Begin; the library is loaded only here."""
    import sentry_sdk  # noqa: PLC0415 (only where it is on)

    sentry_sdk.init(
        dsn=address,
        release=VERSION,
        send_default_pii=False,
        include_local_variables=False,  # they hold guests' names
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=scrubbed,
    )


def scrubbed(event: Any, hint: dict[str, Any]) -> Any:
    """The event without addresses, headers, persons, variables and the words of errors that may quote a row."""
    for name in _DROPPED:
        event.pop(name, None)
    if (event.get("transaction_info") or {}).get(
        "source"
    ) != "route":  # then it may be an address as it was asked for
        event.pop("transaction", None)
    if event.get("logentry"):
        event["logentry"] = {"message": without_secrets(str(event["logentry"].get("message", "")))}
    speaks_of_machines = isinstance((hint.get("exc_info") or (None, None))[1], SPEAK_OF_MACHINES)
    for error in event.get("exception", {}).get("values", ()):
        error["value"] = without_secrets(str(error.get("value", ""))) if speaks_of_machines else ""
        for frame in (error.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    event["tags"] = {"request_id": request_id()}
    return event
