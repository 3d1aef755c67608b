"""An unofficial, stateful fake of the Sophiie API.

Start reading at ``mock_server/app.py``: the map of the program.
"""

__version__ = "0.1.0"
