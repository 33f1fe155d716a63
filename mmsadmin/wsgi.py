"""The WSGI application that Granian serves. In production an error of `check --deploy` stops the start."""

import os

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmsadmin.settings")
application = get_wsgi_application()

if settings.PRODUCTION:
    errors = [found for found in checks.run_checks(include_deployment_checks=True) if found.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))
