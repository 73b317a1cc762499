"""supabase-py's auth.admin, with the service key, as a server uses it."""

import os
import uuid

import pytest
from supabase import create_client
from supabase_auth.errors import AuthApiError

URL = os.environ["HOWDAH_URL"]
PASSWORD = "a long enough passphrase 5"


@pytest.fixture
def admin():
    return create_client(URL, os.environ["HOWDAH_SERVICE_KEY"]).auth.admin


def anon():
    return create_client(URL, os.environ["HOWDAH_ANON_KEY"]).auth


def address():
    return f"py{uuid.uuid4()}@example.com"


def test_creates_a_user_who_can_sign_in(admin):
    email = address()
    user = admin.create_user(
        {"email": email, "password": PASSWORD, "email_confirm": True, "user_metadata": {"name": "Ada"}}
    ).user
    assert (user.email, user.user_metadata["name"]) == (email, "Ada")
    session = anon().sign_in_with_password({"email": email, "password": PASSWORD})
    assert session.user.id == user.id


def test_reads_changes_lists_and_deletes(admin):
    user = admin.create_user({"email": address()}).user
    assert admin.get_user_by_id(user.id).user.email == user.email
    changed = admin.update_user_by_id(user.id, {"app_metadata": {"plan": "pro"}}).user
    assert changed.app_metadata["plan"] == "pro"
    assert len(admin.list_users(page=1, per_page=1)) == 1
    admin.delete_user(user.id)
    with pytest.raises(AuthApiError) as refused:
        admin.get_user_by_id(user.id)
    assert (refused.value.status, refused.value.code) == (404, "user_not_found")


def test_tells_errors_by_their_codes(admin):
    user = admin.create_user({"email": address()}).user
    with pytest.raises(AuthApiError) as twice:
        admin.create_user({"email": user.email})
    assert (twice.value.status, twice.value.code) == (422, "email_exists")
    with pytest.raises(AuthApiError) as refused:
        anon().admin.list_users()
    assert (refused.value.status, refused.value.code) == (403, "not_admin")
