"""A request from draft to decision, and who sees what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugins.verification import api
from plugins.verification.services import personal

pytestmark = pytest.mark.plugins("verification")
URL = "/v1/verifications"
REASON = {"reason": "The photograph is blurred."}


def pointers(answer):
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_request_is_filled_in_step_by_step_submitted_and_approved(
    ada, reviewer, complete, published, mailbox, work
):
    draft, parts = ada.ask().json, complete(ada)
    for name, content in parts.items():
        assert ada.client.put(f"{URL}/{draft['id']}/steps/{name}", content).status == 200

    submitted = ada.act(draft, "submit")
    approved = reviewer.act(draft, "approve")
    work()

    assert (draft["status"], submitted.json["status"], approved.json["status"]) == (
        "DRAFT",
        "PENDING",
        "APPROVED",
    )
    assert published() == ["submitted", "approved"]
    assert api.status("verification.seller", f"user:{ada.id}") == "APPROVED"
    assert [mail["subject"] for mail in mailbox(ada.email)] == ["Verified: Seller"]


def test_what_is_missing_is_named_field_by_field(ada):
    made = ada.ask(steps={"payout": {"values": {"account_holder": "Ada"}}}).json

    refused = ada.act(made, "submit")

    assert (refused.status, refused.problem) == (409, "verification-incomplete")
    assert pointers(refused) == [
        "/steps/identity/values/legal_name",
        "/steps/identity/values/date_of_birth",
        "/steps/identity/documents",
        "/steps/agreement/values/accepted",
        "/steps/payout/values/account_number",
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "verification.wizard"}, "/kind"),
        ({"subject": "building:1"}, "/subject"),
        ({"steps": {"payout": {"values": {"pin": "1234"}}}}, "/steps/payout/values/pin"),
        ({"steps": {"agreement": {"values": {"accepted": "0"}}}}, "/steps/agreement/values/accepted"),
        (
            {"steps": {"payout": {"values": {"account_holder": 5}}}},
            "/steps/payout",
        ),
    ],
)
def test_what_a_kind_does_not_ask_for_is_refused(ada, body, pointer):
    refused = ada.ask(**body)

    assert refused.status == 422
    assert pointers(refused)[0].startswith(pointer)


def test_nobody_asks_for_somebody_else(ada, reviewer):
    assert ada.ask(subject=f"user:{reviewer.id}").status == 404


def test_a_person_has_one_living_request_about_a_subject(ada):
    first = ada.ask().json

    second = ada.ask()
    ada.act(first, "withdraw")

    assert (second.status, second.json["verification_id"]) == (409, first["id"])
    assert ada.ask().status == 201


def test_a_rejected_request_is_mended_and_submitted_again(ada, reviewer, asked, published):
    made = asked(ada)
    reviewer.act(made, "reject", REASON)

    seen = ada.see(made).json
    again = ada.act(made, "submit")

    assert (seen["status"], seen["reason"]) == ("REJECTED", REASON["reason"])
    assert (again.json["status"], again.json["submissions"]) == ("PENDING", 2)
    assert published() == ["submitted", "rejected", "resubmitted"]


def test_what_is_being_reviewed_or_approved_is_not_changed(ada, reviewer, asked):
    made = asked(ada)
    step = f"{URL}/{made['id']}/steps/payout"
    body = {"values": {"account_holder": "Eve"}}

    while_pending = ada.client.put(step, body)
    reviewer.act(made, "approve")
    after = ada.client.put(step, body)

    assert (while_pending.status, after.status) == (409, 409)
    assert while_pending.json["allowed"] == ["withdraw", "approve", "reject"]


def test_documents_are_private_to_requester_and_reviewers(ada, person, reviewer, asked, client):
    made = asked(ada)
    [document] = next(step for step in made["steps"] if step["name"] == "identity")["documents"]

    seen = reviewer.see(made).json
    link = next(step for step in seen["steps"] if step["name"] == "identity")["documents"][0]["file"]["url"]

    assert person("Eve").see(made).status == 404
    assert client.get(f"{URL}/{made['id']}").status == 401
    assert client.get(f"/v1/media/{document['media_id']}/file").status == 404
    assert reviewer.client.get(f"/v1/media/{document['media_id']}/file").status == 404
    assert (
        client.get(
            link.partition("://")[2].partition("/")[2].join(["/", ""]) if "://" in link else link
        ).status
        == 200
    )


def test_a_public_or_foreign_document_is_refused(ada, person, paper):
    def handed(media_id):
        document = {"type": "identity_document", "media_id": media_id}
        return ada.ask(steps={"identity": {"documents": [document]}})

    public, foreign = handed(paper(ada, "public")), handed(paper(person("Eve")))

    assert (public.status, pointers(public)) == (422, ["/steps/identity/documents/0/media_id"])
    assert (foreign.status, pointers(foreign)) == (422, ["/steps/identity/documents/0"])


def test_the_requester_learns_neither_who_reviews_nor_what_they_note(ada, reviewer, asked):
    made = asked(ada)
    reviewer.act(made, "claim")
    reviewer.client.post(f"{URL}/{made['id']}/notes", {"text": "Looks like the one from May."})
    reviewer.act(made, "reject", REASON)

    history = ada.client.get(f"{URL}/{made['id']}/history").json["items"]

    assert [(each["from"], each["to"]) for each in history] == [("DRAFT", "PENDING"), ("PENDING", "REJECTED")]
    assert [each["actor_id"] for each in history] == [str(ada.id), None]
    assert ada.client.get(f"{URL}/{made['id']}/notes").status == 403
    assert ada.see(made).json["claimed_by"] is None
    [note] = reviewer.client.get(f"{URL}/{made['id']}/notes").json["items"]
    assert (note["author_id"], note["text"]) == (str(reviewer.id), "Looks like the one from May.")


def test_a_document_that_expires_is_reminded_of_and_ends_the_approval(
    ada, reviewer, asked, clock, work, published, mailbox
):
    ends = clock.now() + timedelta(days=30)
    made = asked(ada, expires_on=ends.date().isoformat())
    reviewer.act(made, "approve")
    work()

    clock.advance(timedelta(days=20))
    work()
    work()
    reminded = [mail["subject"] for mail in mailbox(ada.email)]
    clock.advance(timedelta(days=11, hours=1))
    work()

    assert sorted(reminded) == ["Soon to expire: Seller", "Verified: Seller"]
    assert published() == ["submitted", "approved", "expired"]
    assert api.status("verification.seller", f"user:{ada.id}") == "EXPIRED"
    assert ada.client.as_user(ada.id).post(f"{URL}/{made['id']}/submit").problem == "verification-incomplete"


@pytest.mark.settings(
    verification={
        "provider_steps": ["licence"],
        "steps": {"licence": {"title": "Your licence", "fields": ["licence_number"]}},
    }
)
def test_an_operator_defines_steps(client, ada):
    kinds = {each["name"]: each for each in client.get(f"{URL}/kinds").json["items"]}

    made = ada.ask(
        kind="verification.provider", steps={"licence": {"values": {"licence_number": "7"}}}, submit=True
    )

    assert [step["title"] for step in kinds["verification.provider"]["steps"]] == ["Your licence"]
    assert made.json["status"] == "PENDING"


def test_a_step_nobody_defined_stops_the_start(make_app):
    with pytest.raises(Exception, match="the step aura is defined nowhere"):
        make_app("verification", verification={"seller_steps": ["aura"]})


def test_a_person_gets_and_erases_what_is_stored_about_them(ada, reviewer, asked, app):
    made, other = asked(ada), asked(reviewer)
    reviewer.client.post(f"{URL}/{made['id']}/notes", {"text": "Fine."})

    exported = personal.export(ada.id)
    for _ in range(2):
        with app.db.atomic():
            personal.erase(ada.id)

    assert exported["requests"][0]["steps"]["payout"]["values"]["account_number"] == "DE89 3704"
    assert ada.see(made).status == 404
    assert reviewer.see(other).status == 200
    assert app.db.rows("SELECT count(*) FROM media_attachment WHERE owner_id = %s", (made["id"],)) == [(0,)]
