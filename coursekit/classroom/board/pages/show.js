// The projector's page: counts, and nobody's name.
import {byId, listen, make, setText, setTimer, setTrouble, showMistakes} from "./common.js";

const MOST_MISTAKES = 6;
const drawn = new Map(); // task -> tr
let columns = [];

function take(told, everything) {
  if (everything) {
    columns = told.columns;
    drawn.clear();
    byId("tasks").tBodies[0].replaceChildren();
  }
  const people = told.learners;
  setText(byId("summary"), !people ? "Nobody has joined yet."
    : people === 1 ? "1 learner is here." : `${people} learners are here.`);
  drawTasks(told, people);
  setText(byId("red"), `⚑ ${told.flags.red} for help`);
  setText(byId("green"), `⚐ ${told.flags.green} done`);
  const ours = new Set(columns.filter(one => !told.lesson || one.exercise === told.lesson)
    .map(one => one.name));
  showMistakes(told.mistakes.filter(one => ours.has(one.task)), MOST_MISTAKES);
  setTimer(told.timer);
  setTrouble(told.trouble);
}

function drawTasks(told, people) {
  let untouched = 0;
  for (const column of columns) {
    const {done, trying} = told.tasks[column.name];
    const ours = !told.lesson || column.exercise === told.lesson;
    // of the whole course what somebody began; of one lesson everything
    const shown = ours && (told.lesson || done + trying > 0);
    if (ours && !shown) untouched += 1;
    const row = drawn.get(column.name) ?? newRow(column.name);
    row.hidden = !shown;
    const [, first, second, bar] = row.children;
    setText(first, `✓ ${done}`);
    setText(second, `✗ ${trying}`);
    bar.children[0].style.width = `${people ? 100 * done / people : 0}%`;
    bar.children[1].style.width = `${people ? 100 * trying / people : 0}%`;
  }
  byId("untouched").hidden = !untouched;
  setText(byId("untouched"), `${untouched} more that nobody has begun`);
  byId("tasks").hidden = [...drawn.values()].every(row => row.hidden);
}

function newRow(task) {
  const row = make("tr", {}, make("th", {scope: "row"}, task), make("td"), make("td"),
    make("td", {class: "bar", "aria-hidden": "true"},
      make("i", {class: "done"}), make("i", {class: "trying"})));
  drawn.set(task, row);
  byId("tasks").tBodies[0].append(row);
  return row;
}

listen("/api/show", take);
