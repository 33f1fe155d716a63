from django.urls import URLPattern, path

from campaigns.views import account, campaigns, dashboard

app_name = "campaigns"

urlpatterns: list[URLPattern] = [
    path("", dashboard.show, name="dashboard"),
    path("part", dashboard.part, name="dashboard_part"),
    path("campaigns/", campaigns.show_list, name="campaign_list"),
    path("campaigns/new", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/duplicate", campaigns.duplicate, name="campaign_duplicate"),
    path("campaigns/<int:pk>/archive", campaigns.archive, name="campaign_archive"),
    path("campaigns/<int:pk>/unarchive", campaigns.unarchive, name="campaign_unarchive"),
    path("preferences", account.preferences, name="preferences"),
]
