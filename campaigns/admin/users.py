"""Users and roles. Users are deactivated, never deleted: what they did keeps their name."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns import roles

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("username", "first_name", "last_name", "roles_in_words", "is_active", "last_login")
    list_filter = ("is_active", "groups")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def roles_in_words(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        if not user.is_staff and user.groups.filter(name=roles.ACCOUNT_MANAGER).exists():
            # Without the mark the role's rights lie behind a closed door.
            user.is_staff = True
            user.save(update_fields=["is_staff"])


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The product's own roles can be looked at; for another mix of rights one adds a group."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not self._is_ours(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._is_ours(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    @staticmethod
    def _is_ours(obj: Group | None) -> bool:
        return obj is not None and obj.name in {*roles.RIGHTS, roles.DEMO}
