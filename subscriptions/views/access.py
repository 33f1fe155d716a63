"""Who may do what: the one decorator of every view, and a refusal that says which right is missing."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import Permission
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.text import get_text_list
from django.utils.translation import gettext

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def permission_needed(*permissions: str) -> Callable[[View[P]], View[P]]:
    """Let in who has all of these rights ("app.codename"); others get a 403 page naming what they lack."""

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            missing = [right for right in permissions if not request.user.has_perm(right)]
            if missing:
                raise PermissionDenied(refusal(missing))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refusal(missing: list[str]) -> str:
    """The sentence for somebody who lacks these rights."""
    names = dict(
        Permission.objects.filter(codename__in=[right.partition(".")[2] for right in missing]).values_list(
            "codename", "name"
        )
    )
    told = [f"“{names.get(right.partition('.')[2], right)}”" for right in missing]
    return gettext("For this you need the right %(rights)s. An account manager can give it to you.") % {
        "rights": get_text_list(told, gettext("and"))
    }
