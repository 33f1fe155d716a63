"""The WSGI application that Granian serves. In production an error of `check --deploy` stops the start."""

import os

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from mmsadmin import bodies, plan

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmsadmin.settings")
# Three threads always answer, whoever sends what how slowly.
application = bodies.Slots(get_wsgi_application(), at_once=plan.WEB_THREADS - 3)

if settings.PRODUCTION:
    errors = [found for found in checks.run_checks(include_deployment_checks=True) if found.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))
