"""Runs in Saleor's Python: one GraphQL request, its time and its statements."""

import json
import os
import sys
import time

import django
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext


def run(document, variables):
    aliases = ["default", "clover_ledger"]
    contexts = [CaptureQueriesContext(connections[alias]) for alias in aliases]
    client = Client(HTTP_HOST="127.0.0.1")
    client.post("/graphql/", {"query": "{ shop { name } }"}, "application/json")
    for context in contexts:
        context.__enter__()
    began = time.perf_counter()
    body = {"query": document, "variables": variables}
    answer = client.post("/graphql/", body, "application/json")
    seconds = time.perf_counter() - began
    counts = {
        alias: len(context.captured_queries)
        for alias, context in zip(aliases, contexts, strict=True)
    }
    return {"seconds": seconds, "statements": counts, "answer": answer.json()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor.settings")
    sys.path.insert(0, os.getcwd())
    django.setup()
    asked = json.loads(sys.argv[1])
    print(json.dumps([run(asked["document"], row) for row in asked["variables"]]))
