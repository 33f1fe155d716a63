"""Settings of how somebody is told, by people and machines: mail server, webhooks, figures, heartbeat."""

from mmsadmin import env

# Without a mail server outlets of that kind say so.
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.whole("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10
# Whether webhooks may go to addresses of private networks, and over http.
WEBHOOKS_TO_PRIVATE = env.flag("WEBHOOKS_TO_PRIVATE", False)
# Who may read /metrics: who sends this as a bearer token; without one, only this machine itself.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
# Asked once a minute while sending is good, so that somebody elsewhere notices when it is not.
HEARTBEAT_URL = env.text("HEARTBEAT_URL", "")
# Whoever asks for a sign of life asks the process itself, without TLS and without following anything.
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^metrics$"]
