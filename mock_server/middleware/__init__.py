"""The layers that every request of the emulated API passes, outermost first: see ``mock_server/app.py``. Plain ASGI."""
