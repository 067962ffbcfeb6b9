"use strict";

// The page of one reviewer: captions in drawn order, one shown; each change goes to the server at once.

const byId = (id) => document.getElementById(id);
const here = window.location.pathname;
const buttons = [...document.querySelectorAll(".criterion")];
const criteria = buttons.map((button) => button.dataset.criterion);
const search = byId("search");
const filter = byId("filter");
const comment = byId("comment");
const pictures = ["sentinel-2", "sentinel-1", "map"];

let captions = [];
let current = -1;
let asked = 0;
// Changes that the server has not confirmed, oldest first.
const waiting = [];
let sending = false;
let commentTimer = 0;
let commentOf = -1;

const address = (...parts) => here + parts.map(encodeURIComponent).join("/");
const isReviewed = (caption) => !caption.judgements.includes(null);
const isFailed = (caption) => caption.checked.includes(false);
const matches = {
  all: () => true,
  open: (caption) => !isReviewed(caption),
  reviewed: isReviewed,
  failed: isFailed,
};

function isShown(caption) {
  return matches[filter.value](caption) && caption.patch_id.toLowerCase().includes(search.value.trim().toLowerCase());
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text ?? "";
  if (className) made.className = className;
  return made;
}

function problem(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = !text;
}

async function fetched(path, options) {
  const answer = await fetch(path, options);
  const content = await answer.json();
  if (!answer.ok) {
    const error = new Error(content.error);
    error.refused = true;
    throw error;
  }
  return content;
}

// Saving

function send(place, field, value) {
  waiting.push({ place, field, value });
  showSaved();
  sendWaiting();
}

async function sendWaiting() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    const { place, field, value } = waiting[0];
    const caption = captions[place];
    try {
      const saved = await fetched(address("captions", caption.patch_id), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ field, value, caption_sha256: caption.caption_sha256 }),
        keepalive: true,
      });
      waiting.shift();
      take(place, saved);
      problem("");
    } catch (error) {
      problem(`Not saved: ${error.refused ? error.message : "the server does not answer; is it still running?"}`);
      if (error.refused) {
        // It would be refused again: show what the server holds.
        waiting.shift();
        await refresh(true);
      } else {
        await new Promise((done) => setTimeout(done, 1500));
      }
    }
  }
  sending = false;
  showSaved();
}

// What the server holds, but for changes that are still on their way.
function take(place, saved) {
  captions[place] = saved;
  for (const change of waiting) if (change.place === place) apply(change);
  if (place === current) showState();
  showProgress();
}

function apply({ place, field, value }) {
  if (field === "comment") captions[place].comment = value;
  else captions[place].judgements[criteria.indexOf(field)] = value;
}

function change(field, value) {
  if (current < 0) return;
  apply({ place: current, field, value });
  send(current, field, value);
  showState();
  showProgress();
}

async function refresh(quiet) {
  try {
    const list = await fetched(address("captions"));
    list.forEach((caption, place) => take(place, caption));
    if (!quiet) problem("");
  } catch (error) {
    if (!quiet) problem("The server does not answer; is it still running?");
  }
}

function showSaved() {
  const saved = byId("saved");
  saved.classList.toggle("unsaved", waiting.length > 0);
  saved.textContent = waiting.length ? "not saved yet …" : captions[current]?.time ? `saved ${clock(captions[current].time)}` : "";
}

function clock(time) {
  return new Date(time).toLocaleTimeString("en-GB");
}

// Comments are saved while they are written, and for the caption that they were written to.

function keepComment() {
  clearTimeout(commentTimer);
  commentTimer = 0;
  if (commentOf < 0) return;
  const place = commentOf;
  commentOf = -1;
  if (captions[place].comment === comment.value) return;
  apply({ place, field: "comment", value: comment.value });
  send(place, "comment", comment.value);
}

comment.addEventListener("input", () => {
  commentOf = current;
  clearTimeout(commentTimer);
  commentTimer = setTimeout(keepComment, 300);
});
comment.addEventListener("blur", keepComment);
window.addEventListener("pagehide", keepComment);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) keepComment();
  else refresh();
});
window.addEventListener("beforeunload", (event) => {
  keepComment();
  if (waiting.length) event.preventDefault();
});

// Showing

function showProgress() {
  const done = captions.filter(isReviewed).length;
  byId("progress").max = captions.length;
  byId("progress").value = done;
  byId("done").textContent = `${done} of ${captions.length} reviewed`;
  const shown = captions.map((caption, place) => [caption, place]).filter(([caption]) => isShown(caption));
  const rank = shown.findIndex(([, place]) => place === current);
  byId("position").textContent = shown.length === 0
    ? "no caption of this kind"
    : rank < 0 ? `${shown.length} shown, this one is not among them` : `${rank + 1} of ${shown.length} shown`;
  byId("next").disabled = neighbour(1) < 0;
  byId("previous").disabled = neighbour(-1) < 0;
}

function showState() {
  const { judgements } = captions[current];
  buttons.forEach((button, index) => {
    const judged = judgements[index];
    button.classList.toggle("met", judged === true);
    button.classList.toggle("not-met", judged === false);
    const state = judged === null ? "open" : judged ? "✓ met" : "✗ not met";
    button.querySelector(".state").textContent = state;
  });
  if (document.activeElement !== comment || commentOf < 0) {
    if (comment.value !== captions[current].comment) comment.value = captions[current].comment;
  }
  showSaved();
}

function showPieces(target, pieces) {
  target.replaceChildren(...pieces.map((piece) => {
    const made = element("span", piece.text, piece.differs ? "differs" : "");
    if (piece.findings.length) {
      made.classList.add("found");
      made.append(element("sup", piece.findings.map((number) => number + 1).join(",")));
    }
    return made;
  }));
}

function showLegend(lines) {
  byId("legend").replaceChildren(...lines.map((line) => {
    const row = document.createElement("tr");
    const sample = element("td");
    const swatch = element("span", "", "swatch");
    swatch.style.background = line.colour;
    sample.append(swatch);
    const cell = element("td", line.name);
    cell.append(element("span", `${line.area.toLocaleString("en-GB")} m², ${line.share.toFixed(1)} %`, "amount"));
    row.append(sample, cell);
    return row;
  }));
}

function inWords({ criterion, kind, message }) {
  return `${criterion}: ${message.startsWith(kind) ? "" : `${kind}: `}${message}`;
}

function showDetails(found) {
  byId("about").textContent = Object.entries(found.about).map(([name, text]) => `${name}: ${text}`).join(" · ");
  showPieces(byId("caption"), found.text);
  showPieces(byId("template"), found.template);
  byId("check").textContent = found.checked.includes(null)
    ? "not checked"
    : isFailed(found) ? "the check objects" : found.findings.length ? "passed by the check, with remarks" : "passed by the check";
  byId("findings").replaceChildren(...found.findings.map((each) =>
    element("li", `${inWords(each)}${each.placed ? "" : " (not in the text)"}`)));
  byId("rejected").replaceChildren(...found.rejected.map((each) =>
    element("li", `${each.version}: ${inWords(each)}`)));
  byId("rejected-part").hidden = !found.rejected.length;
  showLegend(found.legend);
}

function fetchAhead(place) {
  if (place < 0) return;
  for (const kind of pictures) new Image().src = address("pictures", captions[place].patch_id, kind);
}

async function show(place) {
  keepComment();
  current = place;
  const caption = captions[place];
  const number = ++asked;
  history.replaceState(null, "", `#${encodeURIComponent(caption.patch_id)}`);
  byId("patch").textContent = caption.patch_id;
  comment.value = caption.comment;
  showState();
  showProgress();
  for (const kind of pictures) byId(`picture-${kind}`).src = address("pictures", caption.patch_id, kind);
  try {
    const found = await fetched(address("captions", caption.patch_id));
    if (number !== asked) return;
    showDetails(found);
    take(place, Object.fromEntries(Object.keys(captions[place]).map((key) => [key, found[key]])));
    byId("texts").scrollTop = 0;
    document.body.dataset.shown = caption.patch_id;
    fetchAhead(neighbour(1));
  } catch (error) {
    problem(error.refused ? error.message : "The server does not answer; is it still running?");
  }
}

// Moving

function neighbour(step, wanted = isShown) {
  for (let place = current + step; place >= 0 && place < captions.length; place += step) {
    if (wanted(captions[place])) return place;
  }
  return -1;
}

function move(step) {
  const place = neighbour(step);
  if (place >= 0) show(place);
}

function toOpen() {
  let place = neighbour(1, matches.open);
  if (place < 0) place = captions.findIndex(matches.open);
  if (place >= 0) show(place);
}

function filtered() {
  if (current < 0 || !isShown(captions[current])) {
    const place = captions.findIndex(isShown);
    if (place >= 0) {
      show(place);
      return;
    }
  }
  showProgress();
}

filter.addEventListener("change", () => {
  filtered();
  filter.blur();
});
search.addEventListener("input", filtered);
byId("next").addEventListener("click", () => move(1));
byId("previous").addEventListener("click", () => move(-1));
byId("help-button").addEventListener("click", () => byId("help").showModal());
buttons.forEach((button, index) => button.addEventListener("click", () => toggle(index)));

function toggle(index) {
  change(criteria[index], captions[current].judgements[index] !== true);
}

function judgeAll(from, to) {
  criteria.forEach((name, index) => {
    if (from(captions[current].judgements[index])) change(name, to);
  });
}

const keys = {
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowDown: () => byId("texts").scrollBy(0, 60),
  ArrowUp: () => byId("texts").scrollBy(0, -60),
  a: () => judgeAll((judged) => judged === null, true),
  0: () => judgeAll((judged) => judged !== null, null),
  o: toOpen,
  c: () => comment.focus(),
  f: () => filter.focus(),
  "/": () => search.focus(),
  d: () => document.body.classList.toggle("no-differences"),
  h: () => document.body.classList.toggle("no-findings"),
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open || current < 0) return;
  const field = event.target.closest("input, select");
  if (field) {
    if (event.key === "Escape" || (event.key === "Enter" && field !== filter)) field.blur();
    return;
  }
  const act = /^[1-4]$/.test(event.key) ? () => toggle(Number(event.key) - 1) : keys[event.key];
  if (act && !(event.repeat && /^[0-9a]$/.test(event.key))) {
    event.preventDefault();
    act();
  }
});

async function begin() {
  try {
    captions = await fetched(address("captions"));
  } catch (error) {
    problem("The server does not answer; is it still running?");
    return;
  }
  const named = decodeURIComponent(window.location.hash.slice(1));
  let place = captions.findIndex((caption) => caption.patch_id === named);
  if (place < 0) place = captions.findIndex(matches.open);
  await show(Math.max(place, 0));
}

begin();
