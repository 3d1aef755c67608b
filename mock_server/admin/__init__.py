"""The control plane under ``/__admin``: JSON in, JSON out, errors as ``application/problem+json``."""
