"""The account manager's side, on Django's stock admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.admin import outlets, records, sender_numbers, users

__all__ = ["outlets", "records", "sender_numbers", "users"]

admin.site.site_header = _("Set-up")
admin.site.site_title = "mmsadmin"
admin.site.index_title = _("Groups, numbers and people")
