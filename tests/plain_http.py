"""Requests without TLS: ``httpx.get`` would read all certificates of the machine first, for a fiftieth of a second."""

import httpx

_client = httpx.Client(verify=False, limits=httpx.Limits(max_keepalive_connections=0))
get, post, put, delete, request = _client.get, _client.post, _client.put, _client.delete, _client.request
