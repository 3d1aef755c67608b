// The shell: one view at a time by the address's hash, the workspace, and the token where the server wants one.

import { Refused, get, setToken, setWorkspace, workspace } from "./api.js";
import { fill, h } from "./dom.js";
import * as timeline from "./views/timeline.js";
import * as records from "./views/records.js";
import * as contract from "./views/contract.js";
import * as webhooks from "./views/webhooks.js";
import * as simulate from "./views/simulate.js";
import * as clock from "./views/clock.js";
import * as faults from "./views/faults.js";
import * as workspaces from "./views/workspaces.js";

const VIEWS = { timeline, records, contract, webhooks, simulate, clock, faults, workspaces };
const content = document.getElementById("content");
const said = document.getElementById("said");
const trouble = document.getElementById("trouble");
let stop = () => {};
let shown = 0;
let here = ""; // the view that is shown, with its workspace

/** What a view may use of the shell. */
const context = {
  /** The parts of the address after the name of the view: `#timeline/req_3` gives `["req_3"]`. */
  get parts() {
    return address().parts;
  },
  /** Go to a view: `context.go("timeline", "req_3")`. */
  go(...parts) {
    location.hash = parts.filter(Boolean).map(encodeURIComponent).join("/");
  },
  /** Say for some seconds what was done; readers of screens hear it. */
  say(text) {
    fill(said, text).hidden = false;
    trouble.hidden = true;
    clearTimeout(said.timer);
    said.timer = setTimeout(() => { said.hidden = true; }, 4000);
  },
  /** Show why something could not be done. A missing token is asked for. */
  fail(fault) {
    if (fault instanceof Refused && fault.status === 403 && fault.message.includes("token")) askForToken(fault.message);
    else if (fault.name !== "AbortError") fill(trouble, fault.message).hidden = false;
  },
  /** Show another workspace, in the view that is shown now. */
  changeWorkspace(id) {
    location.hash = `${address().name}?workspace=${encodeURIComponent(id)}`;
  },
};

function address() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, ...parts] = path.split("/").map(decoded);
  return { name: Object.hasOwn(VIEWS, name) ? name : "timeline", parts, query: new URLSearchParams(query ?? "") };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody typed it
  }
}

async function show() {
  const { name, query } = address();
  if (query.get("workspace")) setWorkspace(query.get("workspace"));
  else if (workspace() !== "default") history.replaceState(null, "", `${location.hash || "#"}?workspace=${encodeURIComponent(workspace())}`);
  if (here === `${name} ${workspace()}` && stop.navigate) {
    stop.navigate(address().parts); // it shows its parts itself, and goes on
    return;
  }
  const turn = ++shown;
  here = `${name} ${workspace()}`;
  stop();
  stop = () => {};
  trouble.hidden = true;
  navigation(name);
  document.title = `${VIEWS[name].title} · sophiie-mock`;
  const root = fill(h("div", { class: `view ${name}` }));
  fill(content, root);
  try {
    const end = await VIEWS[name].render(root, context);
    if (turn === shown) stop = end ?? (() => {});
    else end?.();
  } catch (fault) {
    context.fail(fault);
  }
}

function navigation(current) {
  const links = Object.entries(VIEWS).map(([name, view]) =>
    h("li", null, h("a", { href: `#${name}`, "aria-current": name === current && "page" }, view.title)));
  fill(document.getElementById("views"), links);
  fill(document.getElementById("where"),
    h("a", { href: "#workspaces", title: "Change the workspace" }, "workspace ", h("strong", null, workspace())));
}

function askForToken(why) {
  const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true, autofocus: true });
  const enter = async (event) => {
    event.preventDefault();
    setToken(field.value.trim());
    try {
      await get("/version");
      show();
    } catch (fault) {
      setToken("");
      askForToken(fault.message);
    }
  };
  stop();
  stop = () => {};
  here = "";
  fill(content, h("form", { class: "card token", onsubmit: enter },
    h("h1", null, "This server asks for a token"),
    h("p", { class: "bad" }, why),
    h("p", null, "The server's first lines say where it is. It is sent as a header and kept until this tab is closed."),
    h("label", { for: "token" }, "Token"), field, h("button", { class: "main" }, "Open")));
  field.focus();
}

addEventListener("hashchange", show);
show();
