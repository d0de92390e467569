"""The SQL of fields is what peewee would have written."""

from __future__ import annotations

import peewee
import pytest

from kernel.storage import Table, columns


class Shelf(Table):
    label = peewee.TextField(column_name='odd "name"')

    class Meta:
        table_name = "shop_shelf"


class Item(Table):
    name = peewee.TextField()
    shelf = peewee.ForeignKeyField(Shelf, null=True)

    class Meta:
        table_name = "shop_item"
        schema = "shop"


class Named(Table):
    name = peewee.TextField()

    class Meta:
        table_name = "shop_named"
        table_alias = "n"


Other = Item.alias()
QUERIES = {
    "select": lambda: Item.select().where(Item.name == "a").order_by(Item.name.desc()).limit(3),
    "join": lambda: Item.select(Item, Shelf).join(Shelf).where(Shelf.label.in_(["a", "b"])),
    "alias": lambda: Item.select(Item.name, Other.name).join(Other, on=(Other.shelf == Item.shelf)),
    "table alias": lambda: Named.select().where(Named.name == "a"),
    "subquery": lambda: Item.select().where(Item.shelf.in_(Shelf.select(Shelf.id).where(Shelf.label == "a"))),
    "exists": lambda: Item.select().where(
        peewee.fn.EXISTS(Shelf.select(peewee.SQL("1")).where(Shelf.id == Item.shelf))
    ),
    "common table": lambda: Item.select(Item.name).with_cte(Item.select(Item.name).cte("near")),
    "count": lambda: Item.select(peewee.fn.COUNT(Item.id)).group_by(Item.shelf),
    "insert": lambda: Item.insert(name="a", shelf=1),
    "update": lambda: Item.update({Item.name: Item.name.concat("b")}).where(Item.id == 1),
    "update from": lambda: Item.update({Item.name: Shelf.label}).from_(Shelf).where(Shelf.id == Item.shelf),
    "delete": lambda: Item.delete().where(Item.name == "a"),
    "conflict": lambda: Item.insert(name="a").on_conflict(
        conflict_target=[Item.id], update={Item.name: peewee.EXCLUDED.name}
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_statement_reads_as_peewee_writes_it(name, db, monkeypatch):
    with db.bind_ctx([Shelf, Item, Named]):
        ours = QUERIES[name]().sql()
        monkeypatch.setattr(peewee.Field, "__sql__", columns._as_peewee_does)
        theirs = QUERIES[name]().sql()

    assert ours == theirs
