// Requests to the control plane. The token and the workspace travel as headers, never in a URL or a cookie.

const BASE = "/__admin";
const TOKEN = "sophiie-mock.token";
const session = { workspace: "default", token: sessionStorage.getItem(TOKEN) ?? "" };

/** Problem with an answer of the control plane: `status`, and `problem` as the server sent it. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the server answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export function workspace() {
  return session.workspace;
}

export function setWorkspace(id) {
  session.workspace = id;
}

/** Keep the token until this tab is closed; an empty one forgets it. */
export function setToken(token) {
  session.token = token;
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

export function get(path) {
  return ask("GET", path);
}

export function post(path, body = {}) {
  return ask("POST", path, body);
}

export function put(path, body = {}) {
  return ask("PUT", path, body);
}

export function del(path) {
  return ask("DELETE", path);
}

async function ask(method, path, body) {
  const answer = await send(method, path, body);
  return (answer.headers.get("content-type") ?? "").includes("json") ? answer.json() : answer.text();
}

/** Send a request and return its answer, unread. Throws Refused. */
export async function send(method, path, body, signal) {
  const headers = { "X-Mock-Workspace": session.workspace };
  if (session.token) headers["X-Mock-Admin-Token"] = session.token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(BASE + path, { method, headers, body: sent, signal, credentials: "omit" });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refused(0, { detail: "the server does not answer: it is stopped, or cannot be reached" });
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}
