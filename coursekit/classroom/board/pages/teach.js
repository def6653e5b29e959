// The instructor's page: who is where, who asks for help, what goes wrong.
import {announce, byId, lasted, listen, make, now, setText, setTimer, setTrouble,
  showMistakes} from "./common.js";
import {Grid, STATUS, points} from "./grid.js";

const SILENT = 600; // seconds after which a learner counts as quiet
const FIRST = innerWidth < 700 ? 4 : 8; // mistakes that are shown at first

const learners = new Map(); // id -> what the board told
const flagItems = new Map(); // id -> li
const grid = new Grid(byId("grid"), openLearner);
let columns = [], lesson = "", mistakes = [], all = false, opened, loaded = false;
let placed = false; // whether the grid was scrolled to where the class is

async function send(body) {
  try {
    const answer = await fetch("/api/do",
      {method: "POST", headers: {"X-Board": "1"}, body: JSON.stringify(body)});
    if (!answer.ok) announce("The board did not take that. Try again.");
  } catch {
    announce("The board does not answer.");
  }
}

function take(told, everything) {
  const other = everything || told.lesson !== lesson, focused = grid.focused();
  if (told.lesson !== lesson) placed = false;
  lesson = told.lesson;
  if (everything) {
    columns = told.columns;
    const there = new Set(told.learners.map(one => one.id));
    [...learners.keys()].filter(id => !there.has(id)).forEach(drop);
    fillLessons(told.lessons);
    grid.lessons = told.lessons;
  }
  if (other) grid.setColumns(shownColumns());
  byId("lesson").value = lesson;
  told.gone.forEach(drop);
  for (const one of told.learners) {
    if (loaded && one.flag === "red" && learners.get(one.id)?.flag !== "red")
      announce(`${one.name} asks for help.`);
    learners.set(one.id, one);
  }
  for (const one of other ? learners.values() : told.learners) grid.draw(one, loaded && !other);
  grid.sort([...learners.values()]);
  // a row that is moved or made anew loses the focus
  if (grid.focused() !== focused) grid.focus(focused);
  byId("scroll").hidden = !learners.size;
  if (!placed) place();
  mistakes = told.mistakes;
  drawMistakes();
  drawTotals();
  drawFlags();
  setTimer(told.timer);
  byId("stop").hidden = !told.timer;
  setTrouble(told.trouble);
  if (byId("learner").open) drawLearner();
  loaded = true;
}

function fillLessons(lessons) {
  const select = byId("lesson");
  while (select.options.length > 1) select.remove(1);
  for (const [name, title] of Object.entries(lessons))
    select.append(make("option", {value: name}, title));
}

function shownColumns() {
  return columns.filter(one => !lesson || one.exercise === lesson);
}

/** Begin at the lesson that was tried last; from then on whoever looks scrolls. */
function place() {
  let latest = 0, exercise;
  for (const {cells} of learners.values()) for (const one of columns) {
    const at = cells[one.name]?.at ?? 0;
    if (at > latest) [latest, exercise] = [at, one.exercise];
  }
  placed = latest > 0;
  grid.show(exercise);
}

function drop(id) {
  if (!learners.delete(id)) return;
  if (opened === id) byId("learner").close();
  grid.drop(id);
}

function drawTotals() {
  const here = [...learners.values()].filter(one => !one.left);
  grid.total(here);
  const quiet = here.filter(one => now() - one.heard > SILENT).length;
  const left = learners.size - here.length;
  const parts = [here.length === 1 ? "1 learner" : `${here.length} learners`];
  if (quiet) parts.push(`${quiet} not heard for 10 minutes`);
  if (left) parts.push(`${left} left`);
  if (learners.size) setText(byId("summary"), parts.join(", "));
}

function drawMistakes() {
  const ours = new Set(shownColumns().map(one => one.name));
  const shown = mistakes.filter(one => ours.has(one.task));
  showMistakes(shown, all ? shown.length : FIRST);
  byId("more").hidden = shown.length <= FIRST;
  setText(byId("more"), all ? "Show fewer" : `Show all ${shown.length}`);
}

function drawFlags() {
  const up = [...learners.values()].filter(one => one.flag && !one.left)
    .sort((a, b) => (b.flag === "red") - (a.flag === "red") || a.since - b.since);
  const there = new Set(up.map(one => one.id)), list = byId("flags");
  byId("no-flags").hidden = up.length > 0;
  for (const [id, item] of flagItems) {
    if (there.has(id)) continue;
    const focused = item.contains(document.activeElement);
    item.remove();
    flagItems.delete(id);
    if (focused) (list.querySelector("button") ?? byId("lesson")).focus();
  }
  up.forEach((one, at) => {
    const item = flagItems.get(one.id) ?? newFlag(one.id);
    const [who, sign, since, button] = item.children;
    item.className = one.flag;
    setText(who, one.name);
    setText(sign, one.flag === "red" ? "⚑ help" : "⚐ done");
    setText(since, `for ${lasted(now() - one.since)}`);
    button.setAttribute("aria-label", `Take the flag of ${one.name} down`);
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
  });
}

function newFlag(id) {
  const button = make("button", {type: "button"}, "Take down");
  button.addEventListener("click", () => send({do: "answered", learner: id}));
  const item = make("li", {}, make("span", {class: "who"}), make("span", {class: "sign"}),
    make("span", {class: "muted since"}), button);
  flagItems.set(id, item);
  return item;
}

function openLearner(id) {
  opened = id;
  drawLearner();
  byId("learner").showModal();
}

function drawLearner() {
  const one = learners.get(opened);
  setText(byId("learner-name"), one.name);
  const flag = {red: "Asks for help since", green: "Says “done” since"}[one.flag];
  setText(byId("learner-says"), (flag ? `${flag} ${lasted(now() - one.since)}. ` : "")
    + `${one.checks === 1 ? "1 check" : `${one.checks} checks`}, `
    + `last heard of ${lasted(now() - one.heard)} ago${one.left ? "; has left" : ""}.`);
  byId("answered").hidden = !one.flag;
  const tried = columns.filter(column => one.cells[column.name]);
  byId("learner-tasks").replaceChildren(...tried.map(column => {
    const cell = one.cells[column.name], [glyph, word] = STATUS[cell.status];
    return make("tr", {},
      make("th", {scope: "row"}, column.name),
      make("td", {class: cell.status}, `${glyph} ${word}`),
      make("td", {}, points(cell)),
      make("td", {}, String(cell.tries)),
      make("td", {}, cell.status === "pass" ? "" : cell.mistakes.join("; ")));
  }));
}

byId("legend").append(...["pass", "fail", "error", "todo", "unjudged"].map(status =>
  make("span", {class: `key ${status}`}, STATUS[status].join(" "))),
  "A small number counts the tries. A name opens what is known of a learner.");
byId("lesson").addEventListener("change",
  event => send({do: "lesson", lesson: event.target.value}));
byId("timer-form").addEventListener("submit", event => {
  event.preventDefault();
  send({do: "timer", minutes: Number(byId("minutes").value)});
});
byId("stop").addEventListener("click", () => {
  send({do: "timer", minutes: 0});
  byId("minutes").focus();
});
byId("more").addEventListener("click", () => {
  all = !all;
  drawMistakes();
});
byId("close").addEventListener("click", () => byId("learner").close());
byId("learner").addEventListener("close", () => {
  // the browser gave the focus back at once, if the name is still there; this event
  // comes later, and the next key may have come before
  if (document.activeElement === document.body) grid.focus(opened);
});
byId("answered").addEventListener("click", () => {
  send({do: "answered", learner: opened});
  byId("close").focus();
});
byId("remove").addEventListener("click", () => {
  const {id, name} = learners.get(opened);
  if (confirm(`Remove ${name}? Their notebook cannot come back to this board.`))
    send({do: "remove", learner: id});
});
setInterval(() => {
  drawFlags();
  drawTotals();
}, 5000);
listen("/api/teach", take);
