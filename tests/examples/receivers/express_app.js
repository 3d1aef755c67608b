// The receiver as an Express application: a welcome SMS for each new lead, and an address book. WEAKNESS plants one.
"use strict";

const crypto = require("node:crypto");
const express = require("express");

const { SOPHIIE_URL = "http://127.0.0.1:4747", SOPHIIE_KEY = "sk_test_local", WEBHOOK_SECRET = "" } = process.env;
const weak = process.env.WEAKNESS ?? "";
const TOLERANCE = 300;
const FIELDS = new Set(["id", "originalId", "createdAt", "updatedAt", "firstName", "lastName", "email", "phone",
  "businessName", "suburb", "address", "status"]);

const done = new Map(); // the id of an event → the promise of its work
const people = new Map();

function genuine(headers, raw) {
  if (weak === "takes-forged") return true;
  const id = headers["webhook-id"], sent = Number(headers["webhook-timestamp"]);
  let signatures = (headers["webhook-signature"] ?? "").split(" ");
  if (!id || !Number.isInteger(sent)) return false;
  if (weak !== "takes-old" && Math.abs(Date.now() / 1000 - sent) > TOLERANCE) return false;
  const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
  const body = weak === "signs-parsed-json" ? Buffer.from(JSON.stringify(JSON.parse(raw))) : raw;
  const wanted = "v1," + crypto.createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64");
  if (weak === "takes-first-signature") signatures = signatures.slice(0, 1);
  return signatures.some((one) =>
    one.length === wanted.length && crypto.timingSafeEqual(Buffer.from(one), Buffer.from(wanted)));
}

async function call(method, path, body) {
  const headers = { authorization: `Bearer ${SOPHIIE_KEY}`, "content-type": "application/json" };
  const answer = await fetch(SOPHIIE_URL + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.json();
}

async function work(event) {
  const lead = event.originalId, known = people.get(lead);
  if (!known || weak === "forgets-repeats" || weak === "races" || weak === "compares-bytes") {
    const { members } = await call("GET", "/v1/members");
    await call("POST", "/v1/sms", { userId: members[0].id, leadId: lead, message: `Hi ${event.firstName}` });
  }
  if (!known || weak === "last-write-wins" || known.updatedAt <= event.updatedAt) {
    people.set(lead, { firstName: event.firstName, updatedAt: event.updatedAt });
  }
}

// The work of an event is begun once: who comes meanwhile waits for its outcome, and a failure is forgotten.
async function once(id, event) {
  if (weak === "forgets-repeats") return work(event);
  if (weak === "races") { // notes the event only when its work is done
    if (!done.has(id)) { await work(event); done.set(id, true); }
    return undefined;
  }
  if (!done.has(id)) {
    done.set(id, work(event).catch((error) => {
      if (weak !== "notes-before-work") done.delete(id);
      throw error;
    }));
    return done.get(id);
  }
  return weak === "notes-before-work" ? undefined : done.get(id);
}

const app = express();
app.disable("x-powered-by");

app.post("/hook", express.raw({ type: () => true }), async (request, response) => {
  const raw = request.body;
  if (WEBHOOK_SECRET && !genuine(request.headers, raw)) return response.sendStatus(401);
  let event;
  try { event = JSON.parse(raw); } catch { return response.sendStatus(400); }
  if (weak === "strict-fields" && Object.keys(event).some((name) => !FIELDS.has(name))) return response.sendStatus(400);
  if (!event.originalId) return response.sendStatus(weak === "fails-on-unknown" ? 500 : 204);
  const id = weak === "compares-bytes" ? crypto.createHash("sha256").update(raw).digest("hex")
    : request.headers["webhook-id"] ?? event.id;
  try {
    if (weak === "slow") await new Promise((resolve) => setTimeout(resolve, 2500));
    await once(id, event);
    return response.sendStatus(200);
  } catch {
    return response.sendStatus(503);
  }
});

app.get("/people/:lead", (request, response) => {
  const person = people.get(request.params.lead);
  return person ? response.json(person) : response.sendStatus(404);
});

app.listen(Number(process.env.PORT ?? 8000), "127.0.0.1");
