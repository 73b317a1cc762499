"""supabase-py on the Chinook data, under the tests' policies."""

import pytest
from conftest import client, holder, sql
from postgrest.exceptions import APIError

pytestmark = pytest.mark.usefixtures("chinook")


def test_catalogue_is_for_everybody():
    db = client(schema="chinook")
    assert db.table("track").select("*", count="exact", head=True).execute().count == 3503
    album = db.table("album").select("title, artist(name), track(name, genre(name))").eq("album_id", 1).single().execute().data
    assert album["artist"]["name"] == "AC/DC"
    assert {track["genre"]["name"] for track in album["track"]} == {"Rock"}
    with pytest.raises(APIError) as caught:
        db.table("invoice").select("*").execute()
    assert caught.value.code == "42501"


@pytest.mark.parametrize("customer", [7, 30, 59])
def test_customer_sees_own_invoices(customer):
    db = holder({"customer_id": customer}, "chinook")
    invoices = db.table("invoice").select("customer_id, total").execute().data
    assert str(len(invoices)) == sql(f"SELECT count(*) FROM chinook.invoice WHERE customer_id = {customer}")
    assert {invoice["customer_id"] for invoice in invoices} == {customer}
    spent = db.rpc("spent", {"customer": customer}).execute().data
    assert float(spent) == float(sql(f"SELECT sum(total) FROM chinook.invoice WHERE customer_id = {customer}"))


@pytest.mark.parametrize("employee", [3, 4, 5])
def test_employee_sees_its_customers_invoices(employee):
    db = holder({"employee_id": employee}, "chinook")
    customers = db.table("customer").select("customer_id, invoice(invoice_id)").execute().data
    assert str(len(customers)) == sql(f"SELECT count(*) FROM chinook.customer WHERE support_rep_id = {employee}")
    invoices = sum(len(customer["invoice"]) for customer in customers)
    assert str(invoices) == sql(
        f"SELECT count(*) FROM chinook.invoice JOIN chinook.customer USING (customer_id) WHERE support_rep_id = {employee}"
    )


def test_employee_writes_for_its_customers_only():
    db = holder({"employee_id": 5}, "chinook")
    made = db.table("invoice").insert({"customer_id": 2, "invoice_date": "2026-01-01", "total": 0.99}).execute().data[0]
    changed = db.table("invoice").update({"total": 1.98}).eq("invoice_id", made["invoice_id"]).execute().data
    assert changed[0]["total"] == 1.98
    with pytest.raises(APIError) as caught:
        db.table("invoice").insert({"customer_id": 1, "invoice_date": "2026-01-01", "total": 0.99}).execute()
    assert caught.value.code == "42501"
    assert len(db.table("invoice").delete().eq("invoice_id", made["invoice_id"]).execute().data) == 1
