// The live feed: server-sent events read with fetch, because only fetch can send the token as a header.

import { Refused, send } from "./api.js";

const FIRST_WAIT = 500; // milliseconds before the first new try
const LONGEST_WAIT = 8000;
const UNSEEN = 60_000; // milliseconds after which a hidden page ends its stream: a browser has six connections to a server

/**
 * Follow the live feed until `stop()` is called, and come back after a break.
 * A page that nobody sees stops for as long. `tell(name, data)` hears the messages, `state("live" | "broken")` how the
 * connection is, `fail` of a refusal.
 */
export function follow(path, { tell, state, fail }) {
  let over = new AbortController();
  let timer;
  const begin = () => run(path, { tell, state, fail }, over.signal);
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => over.abort(), UNSEEN);
    else if (over.signal.aborted) {
      over = new AbortController();
      begin();
    }
  };
  document.addEventListener("visibilitychange", look);
  begin();
  return () => {
    document.removeEventListener("visibilitychange", look);
    clearTimeout(timer);
    over.abort();
  };
}

async function run(path, { tell, state, fail }, signal) {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      const answer = await send("GET", path, undefined, signal);
      state("live");
      wait = FIRST_WAIT;
      for await (const [name, data] of messages(answer.body)) tell(name, data);
    } catch (fault) {
      if (signal.aborted) return;
      if (fault instanceof Refused && fault.status) {
        fail(fault);
        return;
      }
    }
    if (signal.aborted) return;
    state("broken");
    await new Promise((go) => setTimeout(go, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Read the messages of a stream: each is a name and a JSON value, up to an empty line. */
async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const found = /^event: (\w+)\ndata: (.*)$/.exec(block);
        if (found) yield [found[1], JSON.parse(found[2])];
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
