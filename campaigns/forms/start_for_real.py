"""Who owns the installation once the demo world is gone."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _


class OwnerForm(forms.ModelForm[User]):
    """Name, e-mail and password of the owner, and one word that the demo world may go."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, and none that everybody uses."),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    agreed = forms.BooleanField(label=_("Remove all of this. It cannot be brought back."))

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"username": _("User name"), "email": _("E-mail")}
        help_texts = {"username": _("You log in with it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True

    def clean(self) -> dict[str, Any]:
        """Without the model form's own clean, so that a name is not looked for among users who are about to go.

        Whether it is taken by somebody who stays is for `demo.removal` to say.
        """
        data = self.cleaned_data
        password, again = data.get("password"), data.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))
        if password:
            try:
                password_validation.validate_password(
                    password, User(username=data.get("username", ""), email=data.get("email", ""))
                )
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return data
