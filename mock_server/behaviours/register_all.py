"""Every module that registers behaviours, imported once, at start-up."""

from mock_server.behaviours import calls, inquiries, leads, organization, sms, unique_names, zapier

__all__ = ["calls", "inquiries", "leads", "organization", "sms", "unique_names", "zapier"]
