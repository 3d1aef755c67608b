"""The judge of receivers belongs to the contract suite: without the extra `check` there is nothing to run here."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("schemathesis") and find_spec("openapi_core") else ["test_receivers.py"]
