"""CSV and XLSX: the figures as numbers, texts as texts whatever they begin with, in bounded memory."""

from __future__ import annotations

import csv
import io
import tracemalloc

import openpyxl
import pypdf
import pypdfium2
import pytest

from kernel import Money
from kernel.testing import Client, race
from plugins.dashboards import exporting
from plugins.dashboards.tables import Sheet

PLUGINS = ("kiosk",)
BAR = (70, 110, 160)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x")')
HARMLESS = ("Oak chair", "3 = 3", "a\x0bb", 'Said "so", twice', "Zürich 🪑", "http://example.org")


@pytest.fixture
def seller(kiosk, work):
    """Somebody who sold one thing under each of these names."""
    seller, buyer = kiosk.person(), kiosk.person()
    for price, title in enumerate((*FORMULAS, *HARMLESS), start=1):
        kiosk.sold(buyer, (kiosk.put(seller, Money(price * 100 + 5, "USD"), title=title), 1))
    kiosk.sold(buyer, (kiosk.put(seller, Money(700, "JPY"), title="Fan"), 1))
    work()
    return seller


def exported(client, seller, name, **query):
    answer = client.as_user(seller).get(f"/v1/analytics/seller/export.{name}", query=query)
    assert answer.status == 200, answer.text
    return answer


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def workbook_of(answer):
    return openpyxl.load_workbook(io.BytesIO(answer.body))


def test_csv_has_a_row_for_each_currency_and_day_in_major_units(client, seller, app):
    answer = exported(client, seller, "csv", days=7)

    rows = rows_of(answer)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="revenue.csv"' in answer.headers["content-disposition"]
    assert len(rows) == 14
    today = {row["currency"]: row for row in rows if row["day"] == str(app.clock.now().date())}
    total = sum(price * 100 + 5 for price in range(1, len(FORMULAS) + len(HARMLESS) + 1))
    assert (today["USD"]["gross"], today["JPY"]["gross"]) == (Money(total, "USD").format(), "700")
    assert rows[0]["net"] == "0"


def test_in_csv_a_title_that_looks_like_a_formula_begins_with_an_apostrophe(client, seller):
    titles = {row["title"] for row in rows_of(exported(client, seller, "csv", table="products"))}

    assert titles == {f"'{title}" for title in FORMULAS} | {*HARMLESS, "Fan"}


@pytest.mark.parametrize("table", ["counts", "orders"])
def test_the_other_tables_are_there_as_csv_too(client, seller, table):
    rows = rows_of(exported(client, seller, "csv", table=table))

    expected = {"counts": ("CONFIRMED", 1), "orders": ("CONFIRMED", 10)}[table]
    assert (rows[0]["status"], len(rows)) == expected


def test_xlsx_has_a_sheet_for_each_table_with_numbers_as_numbers(client, seller):
    book = workbook_of(exported(client, seller, "xlsx", days=7))

    assert book.sheetnames == ["revenue", "products", "counts", "orders"]
    assert [cell.value for cell in book["revenue"][1]][:3] == ["day", "currency", "sales"]
    assert {cell.data_type for cell in book["revenue"]["D"][1:]} == {"n"}
    yen = [row for row in book["products"].iter_rows(min_row=2) if row[3].value == "JPY"]
    assert [(row[4].value, row[4].number_format) for row in yen] == [(700, "0")]
    assert book["products"]["E3"].number_format == "0.00"


def test_in_xlsx_every_text_is_a_text_and_nothing_a_formula_or_a_link(client, seller):
    book = workbook_of(exported(client, seller, "xlsx"))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    titles = {cell.value for cell in book["products"]["B"]}
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert {"=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "ab", "http://example.org"} <= titles


def test_an_export_is_as_fresh_as_the_figures(client, seller, kiosk, work):
    before = len(rows_of(exported(client, seller, "csv", table="products")))
    kiosk.sold(kiosk.person(), (kiosk.put(seller, Money(1, "USD")), 1))
    work()

    after = len(rows_of(exported(client, seller, "csv", table="products")))

    assert after == before + 1


@pytest.mark.settings(dashboards={"export_products": 3})
def test_an_export_has_the_best_sellers_of_each_currency_up_to_a_number(client, seller):
    rows = rows_of(exported(client, seller, "csv", table="products"))

    best = len(FORMULAS) + len(HARMLESS)
    assert [row["revenue"] for row in rows if row["currency"] == "USD"] == [
        f"{best - n}.05" for n in range(3)
    ]


def test_exports_of_a_building_and_the_platform_are_for_who_may_see_them(client, kiosk):
    rose, lily = kiosk.building(), kiosk.building()
    admin = client.as_user(kiosk.person(), "dashboards_viewer", scope=f"building:{rose}")
    paths = [f"building/{rose}", f"building/{lily}", "platform"]

    answers = [
        admin.get(f"/v1/analytics/{path}/export.{form}").status for path in paths for form in ("csv", "xlsx")
    ]

    assert answers == [200, 200, 403, 403, 403, 403]


@pytest.mark.parametrize("write", [exporting.as_csv, lambda sheet: exporting.as_xlsx([sheet])])
def test_what_writing_needs_does_not_grow_with_the_rows(app, write):
    def peak(number: int) -> int:
        sheet = Sheet("products", ("title", "revenue"), [("Oak chair", Money(4900, "USD"))] * number)
        tracemalloc.start()
        size = sum(map(len, write(sheet)))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > number
        return highest

    peak(10)
    small, large = peak(2_000), peak(20_000)

    assert large < small + 1_000_000


FILL = """
INSERT INTO dashboards_best (bucket, days, currency, ref, title, quantity, amount)
SELECT 'platform', 30, 'USD', 'thing:' || n, '=' || n, 1, n FROM generate_series(1, %(number)s) AS n
"""
DAY = """
INSERT INTO dashboards_day (bucket, day, currency, sales, gross, refunded, commission)
VALUES ('platform', current_date, 'USD', 1, 1, 0, 0)
"""


@pytest.mark.settings(dashboards={"export_products": 3000})
def test_a_server_writes_many_workbooks_at_once(server, make_app):
    beside = make_app("kiosk", database={"url": server.settings["database"]["url"]})
    beside.db.execute_sql(FILL, {"number": 3000})
    beside.db.execute_sql(DAY)
    admin = dict(Client(beside).as_admin().headers)

    def export():
        return server.get("/v1/analytics/platform/export.xlsx", headers=admin)

    answers = race(*[export] * 6)

    assert [answer.status for answer in answers] == [200] * 6
    assert {workbook_of(answer)["products"].max_row for answer in answers} == {3001}


def test_pdf_has_the_rows_of_the_workbook_and_a_chart(client, seller):
    answer = exported(client, seller, "pdf", days=7)

    reader = pypdf.PdfReader(io.BytesIO(answer.body), strict=True)
    told = "\n".join(page.extract_text() for page in reader.pages)
    best = [row["revenue"] for row in rows_of(exported(client, seller, "csv", table="products"))]
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="report.pdf"' in answer.headers["content-disposition"]
    assert all(amount in told for amount in best)
    assert ("Net by day, USD" in told, "Net by day, JPY" in told, "Zürich" in told) == (True, True, True)
    drawn = pypdfium2.PdfDocument(answer.body)[0].render(scale=1).to_pil()
    dots = {colour: number for number, colour in drawn.getcolors(1 << 20)}
    assert 0 < dots[BAR] < dots[255, 255, 255] / 20


def test_pdf_of_nobodys_sales_is_a_page_that_says_so(client):
    answer = client.as_user().get("/v1/analytics/seller/export.pdf")

    reader = pypdf.PdfReader(io.BytesIO(answer.body))
    assert (answer.status, len(reader.pages)) == (200, 1)
    assert "Figures of what I sell" in reader.pages[0].extract_text()
