// The projector's page: counts, and nobody's name.
import {breakable, byId, listen, make, setText, setTimer, setTrouble,
  showMistakes} from "./common.js";

const MOST_MISTAKES = 6, MOST_TASKS = 12;
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
  const ours = columns.filter(one => !told.lesson || one.exercise === told.lesson);
  // of the whole course what the class is at: more is not read from the last row
  const latest = told.lesson ? ours : ours.filter(one => told.tasks[one.name].at)
    .sort((a, b) => told.tasks[b.name].at - told.tasks[a.name].at).slice(0, MOST_TASKS);
  const shown = new Set(latest.map(one => one.name));
  for (const column of columns) {
    const {done, trying} = told.tasks[column.name];
    const row = drawn.get(column.name) ?? newRow(column.name);
    row.hidden = !shown.has(column.name);
    const [, first, second, bar] = row.children;
    setText(first, String(done));
    setText(second, String(trying));
    bar.children[0].style.width = `${people ? 100 * done / people : 0}%`;
    bar.children[1].style.width = `${people ? 100 * trying / people : 0}%`;
  }
  const begun = ours.filter(one => told.tasks[one.name].at).length;
  byId("tasks").hidden = !shown.size;
  byId("rest").hidden = begun <= shown.size;
  setText(byId("rest"), `The ${shown.size} tried last, of ${begun} that were begun`);
}

function newRow(task) {
  const row = make("tr", {}, make("th", {scope: "row"}, ...breakable(task)), make("td"), make("td"),
    make("td", {class: "bar", "aria-hidden": "true"},
      make("i", {class: "done"}), make("i", {class: "trying"})));
  drawn.set(task, row);
  byId("tasks").tBodies[0].append(row);
  return row;
}

listen("/api/show", take);
