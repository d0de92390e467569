"""The product with a streaming replica: who wrote reads what they wrote, others read from the replica."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.testing.redis import disposable_redis
from tests.journeys.conftest import House, opened
from tests.journeys.residents import Market
from tests.kernel.storage.standby import Pair, ask, replicated

pytestmark = pytest.mark.slow

ASKED = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'stoa' AND query <> '' AND query NOT LIKE '%replay_lsn%'
"""
"""How many connections a product's reads came over, and not only the question how far it is."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    place = Path(tempfile.mkdtemp(prefix="stoa-pair-"))
    try:
        with replicated(place) as both:
            yield both
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def market(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """The profile as shipped, on a database with a replica."""
    with disposable_redis() as redis:
        running = Market(tmp_path_factory.mktemp("replicated"), pair.url, redis.url)
        running.environ |= {
            "STOA__DATABASE__REPLICA_URL": pair.replica_url,
            "STOA__DATABASE__REPLICA_LAG": "60",
        }
        try:
            yield running.start()
        finally:
            running.stop()


@pytest.fixture(scope="module")
def founded(market: Market) -> House:
    """A building in use on it."""
    return opened(market)


@pytest.fixture(scope="module")
def lamp(founded: House) -> str:
    """A listing that is there before all others."""
    return str(founded.offer(founded.ada, "Lamp")["id"])


@pytest.fixture
def held(house: House, pair: Pair, lamp: str) -> Iterator[None]:
    """A replica that is asked, and takes in nothing more while the test runs."""
    house.market.until(lambda: _shown(house, lamp) and ask(pair.replica_url, ASKED))
    pair.hold()
    yield
    pair.catch_up()


def _shown(house: House, listing: str) -> bool:
    return house.ben.ask("GET", f"/v1/listings/{listing}").status == 200


@pytest.mark.usefixtures("held")
def test_who_wrote_sees_it_at_once_and_others_when_the_replica_has_it(house: House, pair: Pair) -> None:
    listing = house.offer(house.ada, "Garden chair", quantity=1)
    hers = house.ada.ask("GET", f"/v1/listings/{listing['id']}").status
    early = _shown(house, listing["id"])
    pair.catch_up()

    assert (hers, early) == (200, False)
    assert _shown(house, listing["id"])


@pytest.mark.usefixtures("held")
def test_a_page_that_is_kept_for_everybody_is_as_new_as_its_listings(house: House) -> None:
    path = f"/v1/listings?scope={house.scope}&limit=50"
    house.ben.get(path)

    listing = house.offer(house.ada, "Bicycle", quantity=1)

    assert listing["id"] in {one["id"] for one in house.ben.get(path)["items"]}
    assert listing["id"] in {one["id"] for one in house.ada.get(path)["items"]}


@pytest.mark.usefixtures("held")
def test_the_search_of_who_wrote_finds_what_they_wrote(house: House) -> None:
    listing = house.offer(house.ada, "Harmonium", quantity=1)

    found = house.ada.get("/v1/search?q=harmonium")["items"]

    assert [one["id"] for one in found] == [listing["id"]]


@pytest.mark.usefixtures("held")
def test_who_is_blocked_is_kept_from_what_a_replica_that_lags_would_show(house: House, lamp: str) -> None:
    """Who is kept from whom is kept for many requests, and so asked of the primary."""
    before = _shown(house, lamp)
    house.ada.post("/v1/blocks", {"user_id": house.ben.id})
    blocked = not _shown(house, lamp)
    house.ada.ask("DELETE", f"/v1/blocks/{house.ben.id}")

    assert (before, blocked) == (True, True)
