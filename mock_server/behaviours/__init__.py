"""Behaviours: operations on a workspace. Most are inferred (``crud``); one module per tag where the API means more.

Nothing here sees HTTP: a behaviour takes a ``Call`` and returns an ``Outcome`` or raises an ``ApiError``.
"""
