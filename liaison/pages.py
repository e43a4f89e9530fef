"""Pages of long lists."""

from typing import Any

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Chooses a page's rows by their keys alone, and reads what is shown of them afterwards, in one query more.

    Else the database would work out and sort what is shown of every row of the table, to throw all but a page away.
    """

    def page(self, number: int | str) -> "Page[Any]":
        page: Page[Any] = super().page(number)
        keys = list(page.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]  # a slice of a QuerySet
        page.object_list = self.object_list.filter(pk__in=keys)  # type: ignore[attr-defined]  # the same
        return page
