"""Every module that registers behaviours, imported once, at start-up."""

from mock_server.behaviours import calls, clashes, inquiries, leads, organization, sms, zapier

__all__ = ["calls", "clashes", "inquiries", "leads", "organization", "sms", "zapier"]
