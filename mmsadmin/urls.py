from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from campaigns.views import admin_door

handler400 = "campaigns.views.faults.bad_request"
handler403 = "campaigns.views.faults.forbidden"

urlpatterns = [
    path("admin/login/", admin_door.refuse),
    path("admin/", admin.site.urls),
    path("login", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout", auth_views.LogoutView.as_view(), name="logout"),
    path("people/", include("subscriptions.urls")),
    path("", include("campaigns.urls")),
]
