"""The OpenAPI document as the suite reads it, independently of the mock server."""
