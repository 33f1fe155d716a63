"""The stock admin, whose search takes no more words than a database can be asked at once."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponseBase

# Each word is looked for in each field of a list: SQLite refuses a condition of a thousand parts.
WORDS = 12
CHARACTERS = 200

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class BoundedAdmin(AdminConfig):
    """`django.contrib.admin` with the site below, for every list there is: ours, users and groups, axes."""

    default_site = "mmsadmin.adminsite.BoundedSite"


class BoundedSite(AdminSite):
    """Looks for the first words of a search, and shows these in the box."""

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        guarded = super().admin_view(view, cacheable)

        @functools.wraps(guarded)
        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asked = request.GET.copy()
            for name in {"q", "term"} & asked.keys():  # of lists, and of boxes that complete what is typed
                asked[name] = " ".join(request.GET.get(name, "")[:CHARACTERS].split()[:WORDS])
            request.GET = asked  # type: ignore[assignment]  # django-stubs would have it immutable
            return guarded(request, *args, **kwargs)

        return cast(V, bounded)
