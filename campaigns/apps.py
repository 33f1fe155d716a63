from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from campaigns import checks, roles


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        checks.register()
        # The one signal of the house: rights exist only after the tables do.
        post_migrate.connect(roles.ensure, sender=self, dispatch_uid="campaigns.roles.ensure")
