"""Nothing: the options are in ``mock_server.pytest_plugin``. Installations of before still name this module."""
