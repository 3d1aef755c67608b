"""The receiver as a FastAPI application: ``uvicorn fastapi_app:app``."""

from business import from_environment
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
receiver = from_environment()


@app.post("/hook")
async def hook(request: Request) -> Response:
    """Take a delivery; its work waits for the API, so it has a thread."""
    return Response(status_code=await run_in_threadpool(receiver.take, request.headers, await request.body()))


@app.get("/people/{lead}")
def person(lead: str) -> dict[str, object]:
    """What is known of a lead."""
    if lead not in receiver.people:
        raise HTTPException(404)
    return receiver.people[lead]
