"""Clients as apps make them: with the publishable key alone, or with a user's token beside it."""

import json
import os
import subprocess

import pytest
from supabase import ClientOptions, create_client


def need(name):
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set: source the env file of a running Howdah")
    return value


def sql(text):
    """One value from SQL, as the DBA."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", need("HOWDAH_DB_URL"), "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def client(token=None, schema="public", key="HOWDAH_ANON_KEY"):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    options = ClientOptions(schema=schema, headers=headers, auto_refresh_token=False, persist_session=False)
    made = create_client(need("HOWDAH_URL"), need(key), options)
    if token:
        made.postgrest.auth(token)
    return made


def holder(claims, schema="public"):
    token = sql(f"SELECT howdah.mint_token('authenticated', '{json.dumps(claims)}'::jsonb)")
    return client(token, schema)


def user_id(n):
    return f"00000000-0000-4000-8000-{n:012d}"


@pytest.fixture
def anon():
    return client()


@pytest.fixture
def ada():
    return holder({"sub": user_id(1)})


@pytest.fixture
def grace():
    return holder({"sub": "00000000-0000-4000-8000-0000000000a1"})


@pytest.fixture
def service():
    return client(key="HOWDAH_SERVICE_KEY")


@pytest.fixture(scope="session")
def chinook():
    if sql("SELECT to_regclass('chinook.track') IS NOT NULL") != "t":
        pytest.skip("no Chinook data")
