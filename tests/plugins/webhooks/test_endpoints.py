"""Endpoints over HTTP."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.accounts.services import erasure
from tests.plugins.webhooks.conftest import SOLD

pytestmark = [
    pytest.mark.plugins("webhooks", "listings"),
    pytest.mark.settings(webhooks={"max_endpoints": 3}),
]

URL = "/v1/webhooks"
HOOK = "https://example.com/hook"


def test_a_secret_is_shown_when_it_is_made_and_stored_sealed(person, app):
    ada = person()
    endpoint = ada.endpoint(HOOK)

    [(stored,)] = app.db.rows("SELECT secret FROM webhooks_endpoint")

    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret not in str(endpoint.shown)
    assert endpoint.secret.removeprefix("whsec_") not in stored


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://",
        "ftp://example.com/",
        "https://user:pass@example.com/",
        "https://localhost/",
        "https://printer.local/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[fd00::1]/",
        "https://[::7f00:1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://224.0.0.1/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/#part",
        "https://bücher.example/",
        "https://[::1/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_will_not_be_called_is_refused_by_name(person, url):
    answer = person().client.post(URL, {"url": url})

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/url"


def test_an_unknown_event_is_refused_and_the_known_ones_are_listed(person):
    ada = person()

    refused = ada.client.post(URL, {"url": HOOK, "event_types": [SOLD, "orders.order.eaten.v1"]})
    listed = ada.client.get(f"{URL}/event-types").json["items"]

    assert refused.json["errors"][0]["pointer"] == "/event_types/1"
    [sold] = [each for each in listed if each["type"] == SOLD]
    assert (sold["summary"], sold["permission"]) == ("It is sold.", "listings:moderate")


def test_an_edit_honours_the_version(person):
    ada = person()
    endpoint = ada.endpoint(HOOK)
    tag = ada.client.get(endpoint.url).headers["etag"]

    first = ada.client.with_headers(if_match=tag).patch(endpoint.url, {"description": "Orders"})
    second = ada.client.with_headers(if_match=tag).patch(endpoint.url, {"description": "Other"})

    assert (first.status, second.status) == (200, 412)
    assert endpoint.shown["description"] == "Orders"


def test_endpoints_made_at_once_do_not_exceed_the_limit(person):
    ada = person()

    answers = race(*[lambda: ada.client.post(URL, {"url": HOOK})] * 9)

    assert Counter(each.status for each in answers) == {201: 3, 409: 6}


def test_a_repeated_request_makes_one_endpoint_with_one_secret(person):
    ada = person()
    client = ada.client.with_headers(idempotency_key="0190f3c2-once")

    first, second = (client.post(URL, {"url": HOOK}).json for _ in range(2))

    assert first == second
    assert len(ada.client.get(URL).json["items"]) == 1


def test_a_disabled_endpoint_cancels_what_waits_and_takes_no_test(person, sold, work):
    ada = person()
    endpoint = ada.endpoint("https://name-without-an-address.invalid/")
    sold(ada.id)
    work()
    assert [one["status"] for one in endpoint.log] == ["PENDING"]

    disabled = endpoint.post("disable")
    refused = endpoint.post("test")

    assert disabled.json["status"] == "DISABLED"
    assert [one["status"] for one in endpoint.log] == ["CANCELLED"]
    assert (refused.status, refused.json["type"]) == (409, "/problems/endpoint-disabled")
    assert [endpoint.post("disable").status, endpoint.post("enable").json["status"]] == [200, "ENABLED"]


def test_a_deleted_endpoint_takes_its_log_along(person, work, app):
    ada = person()
    endpoint = ada.endpoint("https://name-without-an-address.invalid/")
    endpoint.post("test")
    work()

    assert ada.client.delete(endpoint.url).status == 204

    assert app.db.rows("SELECT count(*) FROM webhooks_attempt") == [(0,)]
    assert ada.client.delete(endpoint.url).status == 404


def test_an_export_names_ones_endpoints_and_an_erasure_takes_them(person, work, app):
    ada, ben = person(), person()
    for each in (ada, ben):
        each.endpoint(HOOK)

    told = ada.client.get("/v1/users/me/export").json["plugins"]["webhooks"]
    erasure.delete(ada.id)
    work()

    assert [one["url"] for one in told["endpoints"]] == [HOOK]
    assert app.db.rows("SELECT owner_id FROM webhooks_endpoint") == [(ben.id,)]


def test_what_is_older_than_the_retention_is_purged_when_nothing_waits_for_it(person, work, clock, app):
    ada = person()
    endpoint = ada.endpoint("https://name-without-an-address.invalid/")
    endpoint.post("test")
    work()
    app.db.execute_sql("UPDATE webhooks_delivery SET status = 'FAILED'")

    clock.advance(timedelta(days=32))
    work()

    assert app.db.rows("SELECT count(*) FROM webhooks_message") == [(0,)]
