"""Who may do what: the one decorator of every view, and a refusal that names the rights that are missing."""

import functools
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Lacking(PermissionDenied):
    """The user lacks `rights` ("app.codename"); whoever shows it has the words for them."""

    def __init__(self, rights: Iterable[str]) -> None:
        self.rights = tuple(rights)
        super().__init__(", ".join(self.rights))


def permission_needed(*permissions: str) -> Callable[[View[P]], View[P]]:
    """Let in who has all of these rights ("app.codename"); others get a 403 page naming what they lack."""

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            missing = [right for right in permissions if not request.user.has_perm(right)]
            if missing:
                raise Lacking(missing)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
