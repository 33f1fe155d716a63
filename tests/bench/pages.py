"""The composer and the live page, against a bare Django view that renders a template of the same size."""

from collections.abc import Callable, Iterator

import factories
from bench import crowd, measure
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import include, path, reverse
from django.utils import timezone

from campaigns import states
from campaigns.models import Campaign

FEW, MANY = 1_000, 1_000_000
ROUNDS = 100
# The product's addresses and one more.
urlpatterns = [path("bare", lambda request: shown["bare"](request)), path("", include("mmsadmin.urls"))]
shown: dict[str, Callable[[HttpRequest], HttpResponse]] = {}


def bare_view(body: bytes) -> Callable[[HttpRequest], HttpResponse]:
    template = engines["django"].from_string("{% verbatim %}" + body.decode() + "{% endverbatim %}{{ end }}")

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"end": ""}, request))

    return view


def page(client: Client, name: str, address: str) -> measure.Row:
    first = client.get(address)
    assert first.status_code == 200, (address, first.status_code)
    shown["bare"] = bare_view(first.content)
    plain = Client()
    with override_settings(MIDDLEWARE=[]):  # read once, at the first request
        assert len(plain.get("/bare").content) == len(first.content)
    return measure.latency(name, lambda: client.get(address), lambda: plain.get("/bare"))


def running(user: object) -> Campaign:
    """A campaign in the middle of its run, with two hundred people."""
    campaign = factories.campaign(state=states.Campaign.RUNNING, created_by=user)
    run = factories.run(campaign, expanded_at=timezone.now(), planned=200)
    number = factories.number(group=campaign.group)
    for serial in range(200):
        person = factories.contact(f"+1212{2_000_000 + serial}")
        factories.message(run=run, contact=person, number=number)
    return campaign


def rows() -> Iterator[measure.Row]:
    with override_settings(ROOT_URLCONF="bench.pages"):
        yield from both()


def both() -> Iterator[measure.Row]:
    client = Client()
    marketer = factories.user(is_superuser=True)
    client.force_login(marketer)
    campaign = factories.campaign(text="Hi {{ ${first_name} }}", picture=factories.rendition(), created_by=marketer)
    factories.number(group=campaign.group)
    yield page(client, "page_composer", reverse("campaigns:compose_content", args=[campaign.pk]))
    yield page(client, "page_live", reverse("campaigns:campaign_live", args=[running(marketer).pk]))
    yield from crowded(client)


def crowded(client: Client) -> Iterator[measure.Row]:
    """The p95 of pages with MANY messages in the table, against the same pages with FEW."""
    addresses: list[dict[str, str]] = []
    for people in (FEW, MANY):
        run = crowd.running(people)
        live = reverse("campaigns:campaign_live", args=[run.campaign_id])
        addresses.append(
            {"live": live, "recipients": f"{live}?part=waiting", "campaigns": reverse("campaigns:campaign_list")}
        )
        if people == FEW:
            few = {name: p95(client, address) for name, address in addresses[0].items()}
    many = {name: p95(client, address) for name, address in addresses[1].items()}
    for name in few:
        yield measure.Row(f"page_{name}_crowded", many[name], "ms", few[name])


def p95(client: Client, address: str) -> float:
    for _ in range(5):
        assert client.get(address).status_code == 200
    times = sorted(measure.seconds(lambda: client.get(address)) for _ in range(ROUNDS))
    return round(times[int(len(times) * 0.95)] * 1_000, 3)
