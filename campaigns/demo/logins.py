"""The log-ins of the demo world: one for each role, with a password that everybody may know."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from campaigns import roles

PASSWORD: Final = "try-it-out"  # noqa: S105 - meant to be read; production refuses to start with these users


@dataclass(frozen=True)
class Login:
    username: str
    role: str
    first_name: str
    last_name: str


ALL: Final = (
    Login("marketer", roles.MARKETER, "Mara", "Keller"),
    Login("manager", roles.ACCOUNT_MANAGER, "Ana", "Torres"),
    Login("viewer", roles.VIEWER, "Vic", "Moreau"),
)


def make() -> dict[str, User]:
    """The users by user name, each in their role and marked as demo. Made once; found again afterwards."""
    mark, _made = Group.objects.get_or_create(name=roles.DEMO)
    hashed = make_password(PASSWORD)
    users = {}
    for login in ALL:
        user, _made = User.objects.get_or_create(
            username=login.username,
            defaults={
                "password": hashed,
                "first_name": login.first_name,
                "last_name": login.last_name,
                "is_staff": login.role == roles.ACCOUNT_MANAGER,
            },
        )
        user.groups.set([mark, Group.objects.get_or_create(name=login.role)[0]])
        users[login.username] = user
    return users


def active() -> list[Login]:
    """The log-ins that work now."""
    names = set(User.objects.filter(groups__name=roles.DEMO, is_active=True).values_list("username", flat=True))
    return [login for login in ALL if login.username in names]
