"""Objects of media for the generated tests."""

from __future__ import annotations

import io

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.media import demo_images, keys
from plugins.media.models import Medium
from plugins.media.services import direct
from tests.plugins.media.conftest import photograph

BEGIN = {
    "filename": "photo.jpg",
    "content_type": "image/jpeg",
    "sha256": "",
    "visibility": "private",
    "keep": False,
}


def private(app: Application) -> Medium:
    """Return a ready private medium of a new account's."""
    owner, made = uuid7(), uuid7()
    app.auth.set_status(owner, "active")
    demo_images.load(app.blobs, lambda done, total: None)
    demo_images.add([(made, owner, 0)])
    Medium.update(visibility="private").where(Medium.id == made).execute()
    return Medium.get_by_id(made)


@sample("media_id")
def medium(app: Application) -> Sample:
    made = private(app)
    return Sample({"media_id": made.id}, owner=made.owner_id, bodies={"PATCH": {"keep": True}})


@sample("media_id", "variant")
def file(app: Application) -> Sample:
    made = private(app)
    return Sample({"media_id": made.id, "variant": "thumb300"}, owner=made.owner_id)


@sample("upload_id")
def written_upload(app: Application) -> Sample:
    owner, content = uuid7(), photograph()
    app.auth.set_status(owner, "active")
    told = direct.begin(owner, {**BEGIN, "size": len(content)})
    app.blobs.put(keys.incoming(told["id"]), io.BytesIO(content), "image/jpeg")
    return Sample({"upload_id": told["id"]}, owner=owner)
