"""The receiver as a Flask application: ``flask --app flask_app run``."""

from business import from_environment
from flask import Flask, abort, request

app = Flask(__name__)
receiver = from_environment()


@app.post("/hook")
def hook() -> tuple[str, int]:
    """Take a delivery."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return "", receiver.take(headers, request.get_data())


@app.get("/people/<lead>")
def person(lead: str) -> dict[str, object]:
    """What is known of a lead."""
    if lead not in receiver.people:
        abort(404)
    return receiver.people[lead]
