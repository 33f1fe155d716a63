from django.urls import path

from subscriptions.views import imports, people

app_name = "subscriptions"

# A person's own page is campaigns:person, since it shows their messages too.
urlpatterns = [
    path("", people.show_list, name="people"),
    path("add", people.add, name="person_add"),
    path("<int:pk>/consent", people.record_consent, name="person_consent"),
    path("<int:pk>/suppress", people.suppress, name="person_suppress"),
    path("<int:pk>/unsuppress", people.unsuppress, name="person_unsuppress"),
    path("import", imports.new, name="import_new"),
    path("import/<int:pk>", imports.show, name="import_run"),
    path("import/<int:pk>/commit", imports.commit, name="import_commit"),
    path("import/<int:pk>/drop", imports.drop, name="import_drop"),
]
