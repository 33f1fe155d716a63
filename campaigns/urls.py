from django.urls import URLPattern, path

from campaigns.views import account, callbacks, campaigns, dashboard, live

app_name = "campaigns"

urlpatterns: list[URLPattern] = [
    path("", dashboard.show, name="dashboard"),
    path("part", dashboard.part, name="dashboard_part"),
    path("campaigns/", campaigns.show_list, name="campaign_list"),
    path("campaigns/new", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/duplicate", campaigns.duplicate, name="campaign_duplicate"),
    path("campaigns/<int:pk>/archive", campaigns.archive, name="campaign_archive"),
    path("campaigns/<int:pk>/unarchive", campaigns.unarchive, name="campaign_unarchive"),
    path("campaigns/<int:pk>/live", live.show, name="campaign_live"),
    path("campaigns/<int:pk>/live/part", live.part, name="campaign_live_part"),
    path("campaigns/<int:pk>/pause", live.pause, name="campaign_pause"),
    path("campaigns/<int:pk>/resume", live.resume, name="campaign_resume"),
    path("campaigns/<int:pk>/cancel", live.cancel, name="campaign_cancel"),
    path("campaigns/<int:pk>/undo", live.undo, name="campaign_undo"),
    path("webhooks/<slug:provider>/<str:account_token>/", callbacks.webhook, name="webhook"),
    path("webhooks/<slug:provider>/<str:account_token>/<str:attempt_token>", callbacks.webhook, name="webhook_attempt"),
    path("preferences", account.preferences, name="preferences"),
]
